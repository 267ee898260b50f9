"""How time passes, chance falls and facts are recorded."""
