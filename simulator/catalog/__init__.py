"""What exists: models, data sets, methods, ways of pruning. Plain facts; imports no torch."""
