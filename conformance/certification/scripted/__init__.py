"""Scripted answers for clients, and the comparison with what they understood."""
