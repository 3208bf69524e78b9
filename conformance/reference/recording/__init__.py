"""Recordings: files that follow from who sends what in a room, and the events told of them."""
