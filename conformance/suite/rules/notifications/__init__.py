"""Section 14.6: what the service tells of recordings, and what is recorded (chapters 6 to 10)."""
