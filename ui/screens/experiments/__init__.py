"""Experiments: the list, one experiment, its settings, and the allocation of a scan."""
