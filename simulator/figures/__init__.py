"""Figures derived from measurements, and how numbers are written."""
