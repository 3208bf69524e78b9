"""Helpers for chapter 13: queries, time windows, samples, sessions."""
