"""The report of a run: its title and its question."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.runs import archive, notes
from simulator.runs.database.store import Store
from tests.ui.report.paper import stored
from ui.report.run import question, run_report, title


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"epochs": 1}, "width 0.5) learn from its teacher"),
        ({"method": "label_smoothing"}, "What do smoothed labels teach a smaller ResNet-18"),
        ({"model": "distilbert", "student_size": 1}, "(1 layer)"),
        ({"target_sparsity": 0.0}, "1,077 examples, 5 epochs)?"),
        ({"labels": 50, "target_sparsity": 0.0}, "1,077 examples (50 with a label), 5 epochs)?"),
        ({"pruning": "structured"}, "50 %) and 2 epochs of recovery?"),
        ({"recovery_epochs": 0}, "(single weights, 50 %)?"),
    ],
)
def test_the_question_is_that_of_the_settings(values: dict[str, object], expected: str) -> None:
    assert expected in question(make_config(values))


def test_it_is_named_after_model_and_data() -> None:
    assert title(make_config({"model": "t5_small", "dataset": "docstrings"})).startswith("T5-small on ")


def test_it_has_the_runs_question_note_and_sections(store: Store) -> None:
    run = archive.run(stored(store, config=make_config({"method": "dkd", "beta": 2.5})))
    notes.write_note("r1", "I expected more.")
    made = run_report(run)
    assert made.note == "I expected more."
    assert made.question == question(run.settings) and "T 4, alpha 1, beta 2.5" in made.question
    assert made.sections and "Run r1." in made.origin
