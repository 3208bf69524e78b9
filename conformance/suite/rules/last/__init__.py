"""Rules of the topic: last."""
