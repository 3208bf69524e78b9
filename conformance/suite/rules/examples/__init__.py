"""Rules of the topic: examples."""
