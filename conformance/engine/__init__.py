"""Runs any contract against any target: it knows no operation, field, code or chapter."""
