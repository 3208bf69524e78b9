"""Reads ``spec/``: operations, schemas, requirements, errata, revisions."""
