"""Parameter sweeps: every combination of factors under the same seeds, kept at once."""
