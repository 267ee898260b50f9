"""What a factory is: frozen specifications, readers, keys."""
