"""Figures and tables of several runs."""
