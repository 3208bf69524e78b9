"""The tests that run against a target: generated cases, and one file of rules per chapter."""
