"""Contracts written by users: reads drafts and reports each fault with its line."""
