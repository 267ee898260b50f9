"""CP-SAT: exact on small problems, a polisher of windows on large ones."""
