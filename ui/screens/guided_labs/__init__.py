"""Guided labs: where somebody is, the steps, and the step that runs."""
