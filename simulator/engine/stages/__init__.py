"""The stages of a student, each a generator of events that returns what it made; ``pipeline.py`` puts them in order."""
