"""SparkRTC's vocabulary for the tests of rules."""
