"""Contracts of the user's own: reading drafts, and saying at which line one is at fault."""
