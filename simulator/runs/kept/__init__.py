"""What is carried out once and used again: teachers, and the stages of students. Imports no torch."""
