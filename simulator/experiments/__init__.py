"""Experiments: questions that one run cannot answer. A worker trains or prunes many students and fills a table.

Torch-free. To add one: an entry here (words, settings, ``conclude``), listed in ``catalog.py``, and a file of the
same name in ``simulator/engine/experiments`` with a generator ``cells``.
"""

from simulator.experiments.base import Axis, Experiment
from simulator.experiments.catalog import EXPERIMENTS
from simulator.experiments.config import ExperimentConfig, make_experiment

__all__ = ["EXPERIMENTS", "Axis", "Experiment", "ExperimentConfig", "make_experiment"]
