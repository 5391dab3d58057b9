"""Figures and tables of an experiment's cells."""
