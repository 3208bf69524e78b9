"""Certifying a receiver: a customer's own address, called as the service calls it (14.6)."""
