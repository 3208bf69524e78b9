"""Rules of the topic: tokens."""
