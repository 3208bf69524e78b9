"""What must hold of an answer: one module per family, each a function of one exchange."""
