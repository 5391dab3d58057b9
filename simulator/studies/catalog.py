"""The studies that there are, in the order of the screen."""

from __future__ import annotations

from simulator.studies.base import Study
from simulator.studies.few_labels import FEW_LABELS
from simulator.studies.four_way import FOUR_WAY
from simulator.studies.how_hot import HOW_HOT
from simulator.studies.missing_digit import MISSING_DIGIT
from simulator.studies.sensitivity import SENSITIVITY
from simulator.studies.sweep import SWEEP

STUDIES: dict[str, Study] = {
    study.name: study for study in (MISSING_DIGIT, FEW_LABELS, HOW_HOT, FOUR_WAY, SWEEP, SENSITIVITY)
}
