"""Runs one case and judges requirements by its answer."""
