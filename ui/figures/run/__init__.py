"""Figures and tables of one run."""
