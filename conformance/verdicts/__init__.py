"""From judgements to verdicts: the same decisions for runs, clients and merged reports."""
