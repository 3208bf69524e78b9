"""Model-based testing: random sequences of requests, compared with a model of the target."""
