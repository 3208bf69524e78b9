"""Contract tests and conformance verdicts for the SparkRTC server API."""
