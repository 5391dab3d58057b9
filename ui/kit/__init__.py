"""Elements that any screen may use."""
