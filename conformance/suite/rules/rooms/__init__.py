"""Rules of the topic: rooms."""
