"""Faults derived from the reference's models and tables."""
