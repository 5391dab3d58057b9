"""What a run leaves behind: exported students, how to load them, and the lesson."""
