"""Rules of the topic: obs."""
