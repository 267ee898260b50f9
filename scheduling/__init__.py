"""What should happen: situation, problem, plan; rules, search, CP-SAT."""
