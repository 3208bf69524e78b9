"""Frozen records that cross the borders between packages. No input or output here."""
