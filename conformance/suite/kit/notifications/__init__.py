"""Recording events (14.6): causing them, receiving them, judging each one and all together."""
