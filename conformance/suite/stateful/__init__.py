"""Random sequences of requests, held against a model of what must be there."""
