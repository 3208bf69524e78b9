"""Comparing JSON values, successive readings, and times."""
