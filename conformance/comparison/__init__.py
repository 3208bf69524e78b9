"""Compares reports with each other, and contracts with each other."""
