"""Runs: what they are, where they are kept, what they cost, and who carries them out."""
