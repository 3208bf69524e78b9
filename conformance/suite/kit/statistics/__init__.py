"""Vocabulary of chapter 13: queries, windows, samples, sessions."""
