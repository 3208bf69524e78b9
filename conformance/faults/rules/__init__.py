"""Faults of rules, written by hand, one module per topic."""
