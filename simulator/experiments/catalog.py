"""All experiments, in the order of the screen."""

from __future__ import annotations

from simulator.experiments.base import Experiment
from simulator.experiments.few_labels import FEW_LABELS
from simulator.experiments.four_way import FOUR_WAY
from simulator.experiments.how_hot import HOW_HOT
from simulator.experiments.importance import IMPORTANCE
from simulator.experiments.missing_digit import MISSING_DIGIT
from simulator.experiments.mistakes import MISTAKES
from simulator.experiments.sensitivity import SENSITIVITY
from simulator.experiments.step_by_step import STEP_BY_STEP
from simulator.experiments.sweep import SWEEP
from simulator.experiments.zeros_or_channels import ZEROS_OR_CHANNELS

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        MISSING_DIGIT,
        FEW_LABELS,
        HOW_HOT,
        STEP_BY_STEP,
        ZEROS_OR_CHANNELS,
        IMPORTANCE,
        MISTAKES,
        FOUR_WAY,
        SWEEP,
        SENSITIVITY,
    )
}
