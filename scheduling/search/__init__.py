"""Search for better plans: deterministic, by a budget of iterations."""
