"""Rules of the topic: callbacks."""
