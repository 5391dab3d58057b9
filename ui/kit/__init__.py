"""Pieces that any screen may use."""
