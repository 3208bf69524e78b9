"""Rules of the topic: recording."""
