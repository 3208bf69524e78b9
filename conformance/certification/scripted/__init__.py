"""Situations that a client is put into, and what it makes of them."""
