"""Results with its tabs: one run and its downloads, the list of all runs, and several runs compared."""
