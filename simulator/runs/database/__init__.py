"""Where runs are kept: the tables, how rows are read, and the store, which holds the only SQL."""
