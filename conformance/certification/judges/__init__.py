"""Judges of what a client sends."""
