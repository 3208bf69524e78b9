"""Faults of chapter 13."""
