"""Events of recordings (14.6): making them happen, receiving them, judging each and all."""
