"""Who decides: the Mesa model and its agents."""
