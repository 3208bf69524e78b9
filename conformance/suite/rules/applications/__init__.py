"""Rules of the topic: applications."""
