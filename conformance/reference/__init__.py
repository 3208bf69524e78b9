"""An implementation of the SparkRTC server API, written from the document and from nothing else."""
