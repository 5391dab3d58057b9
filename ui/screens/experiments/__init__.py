"""Experiments: the list, one experiment, its settings, and the layer sparsities from a scan."""
