"""A run's events as they arrive: what they add up to, and the live screens."""
