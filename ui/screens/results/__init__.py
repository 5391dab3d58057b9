"""Results: everything that was measured in one run, and what a student takes home."""
