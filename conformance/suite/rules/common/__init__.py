"""Rules of the topic: common."""
