"""Your data: upload a file, look at its contents, use it, download it or delete it."""
