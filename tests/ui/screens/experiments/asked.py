"""An experiment that is half done, or done, and what a screen says."""

from __future__ import annotations

from simulator.events import (
    CellFinished,
    Concluded,
    Conclusion,
    Described,
    Progress,
    RunFinished,
    StageStarted,
)
from simulator.experiments import make_experiment
from tests.ui.invented import PROVENANCE


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.success, app.error, app.warning, app.header)
    return " ".join(str(e.value) for kind in kinds for e in kind)


HALF = [
    Described(provenance=PROVENANCE, class_names=("a", "b")),
    StageStarted(stage="experiment", note="How hot?"),
    CellFinished(at={"temperature": 1.0}, seed=0, values={"accuracy": 0.5, "entropy": 0.1}),
    Progress(stage="experiment", done=1, total=2, seconds_left=3.0),
]


WHOLE = [
    *HALF,
    CellFinished(at={"temperature": 4.0}, seed=0, values={"accuracy": 0.75, "entropy": 0.4}, measured_in="before"),
    Concluded(conclusion=Conclusion(sentences=("It is warmer.",), answer="between", shown=True)),
    RunFinished(seconds=12, peak_memory_mb=900),
]


def how_hot(stored, run_id, state, events):
    return stored(run_id, state, events, make_experiment("how_hot"))
