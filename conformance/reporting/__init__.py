"""Reports: every format is drawn from the report model, and from nothing else."""
