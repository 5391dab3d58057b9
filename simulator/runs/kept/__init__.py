"""What is carried out once and used again: kept teachers, and how files stay whole until then. Imports no torch."""
