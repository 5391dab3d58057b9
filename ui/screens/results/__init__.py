"""Results: everything that was measured in one run, and what can be downloaded from it."""
