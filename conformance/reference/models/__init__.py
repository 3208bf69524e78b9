"""Typed bodies and queries, one module per chapter of the document."""
