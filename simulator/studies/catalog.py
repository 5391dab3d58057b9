"""The studies that there are, in the order of the screen."""

from __future__ import annotations

from simulator.studies.base import Study
from simulator.studies.few_labels import FEW_LABELS
from simulator.studies.four_way import FOUR_WAY
from simulator.studies.how_hot import HOW_HOT
from simulator.studies.importance import IMPORTANCE
from simulator.studies.missing_digit import MISSING_DIGIT
from simulator.studies.mistakes import MISTAKES
from simulator.studies.sensitivity import SENSITIVITY
from simulator.studies.step_by_step import STEP_BY_STEP
from simulator.studies.sweep import SWEEP
from simulator.studies.zeros_or_channels import ZEROS_OR_CHANNELS

STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
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
