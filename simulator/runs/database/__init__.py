"""Where runs are kept: the tables, how rows are read, and the store. SQL is in this room only."""
