"""RunConfig's fields as controls."""
