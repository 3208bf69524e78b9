"""Rules of the topic: statistics."""
