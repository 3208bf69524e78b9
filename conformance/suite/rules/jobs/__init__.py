"""Rules of the topic: jobs."""
