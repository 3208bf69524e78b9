"""From judgements to verdicts: one decision for runs, clients and merged reports."""
