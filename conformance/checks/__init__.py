"""Checks on answers: one module per family, each check a function of one exchange."""
