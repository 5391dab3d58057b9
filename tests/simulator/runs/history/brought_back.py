"""What the runs of a history file say."""

from __future__ import annotations

import json

from simulator.events import (
    Described,
    LossPoint,
    Measured,
    RunFinished,
    StageFinished,
)
from tests.simulator.runs.database.test_store import measurement
from tests.ui.invented import PROVENANCE

EVENTS = [
    Described(provenance=PROVENANCE, class_names=("cat", "dog")),
    LossPoint(variant="control", step=1, epoch=0.5, total=0.7, hard=0.7, learning_rate=1e-3),
    StageFinished(stage="control", seconds=500.0, peak_memory_mb=900.0, examples=100),
    Measured(measurement=measurement("teacher")),
    RunFinished(seconds=500.0, peak_memory_mb=900.0),
]


def changed(exported: str, **values: object) -> bytes:
    """The first run of a file changed; the second one is whole."""
    document = json.loads(exported)
    document["runs"][0]["run"].update(values)
    return json.dumps(document).encode()
