"""Your data: bring a file, look at what is in it, use it, take it home or delete it."""
