"""What the record says: folds over the trace. Nothing here changes a factory."""
