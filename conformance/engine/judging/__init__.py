"""Runs one case and says what its answer shows of each requirement."""
