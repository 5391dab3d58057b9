"""Guided labs: the student's place, the steps, and the step with the run."""
