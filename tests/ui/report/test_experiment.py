"""The report of an experiment: its cells, and what its numbers say."""

from __future__ import annotations

import html
import re

import pytest

from simulator.errors import NotAllowed
from simulator.events import CellFinished, Comparison, Concluded, Conclusion, Described, RunFinished
from simulator.experiments import make_experiment
from simulator.runs import archive, notes
from simulator.runs.database.store import Store
from tests.ui.invented import PROVENANCE
from tests.ui.report.paper import loads
from ui import report
from ui.report.experiment import experiment_report


def test_the_report_of_an_experiment_holds_its_cells_and_its_conclusion(store: Store) -> None:
    config = make_experiment("few_labels")
    store.add("s1", config, None)
    store.start("s1", "1@0.0")
    cells = [
        CellFinished(at={"labels": n, "student": s}, seed=0, values={"accuracy": a})
        for n, s, a in ((16, "control", 0.412), (16, "distilled", 0.634))
    ]
    compared = Comparison(name="16 labels", mean=0.222, deviation=0.05, interval=(0.1, 0.3), p=0.004, n=3)
    conclusion = Conclusion(sentences=("The teacher <i>helped</i>.",), answer="", shown=True, comparisons=(compared,))
    described = Described(provenance=PROVENANCE, class_names=("a", "b"))
    store.append("s1", [described, *cells, Concluded(conclusion=conclusion), RunFinished(seconds=1, peak_memory_mb=1)])
    store.finish("s1", "finished")
    notes.write_note("s1", "Few labels, much teacher.")
    text = report.html("s1")
    for piece in (
        "41.2 %",
        "63.4 %",
        "The teacher &lt;i&gt;helped&lt;/i&gt;.",
        "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.004",
        "Few labels, much teacher.",
    ):
        assert piece in text
    assert html.escape(config.entry.question) in text
    assert loads(text).found == []


def test_one_that_was_stopped_has_cells_and_no_conclusion(store: Store) -> None:
    config = make_experiment("few_labels")
    store.add("s1", config, None)
    store.start("s1", "1@0.0")
    with pytest.raises(NotAllowed, match="measured nothing"):
        experiment_report(archive.run("s1"))
    store.append("s1", [CellFinished(at={"labels": 16, "student": "control"}, seed=0, values={"accuracy": 0.412})])
    store.finish("s1", "cancelled")
    text = report.html("s1")
    assert "stopped before its end" in text and "41.2 %" in text


def test_what_was_not_tested_is_not_known(store: Store) -> None:
    config = make_experiment("few_labels")
    store.add("s1", config, None)
    store.start("s1", "1@0.0")
    untested = Comparison(name="16 labels", mean=0.222, deviation=None, interval=None, p=None, n=1)
    conclusion = Conclusion(sentences=("One seed.",), answer="", shown=False, comparisons=(untested,))
    cell = CellFinished(at={"labels": 16, "student": "control"}, seed=0, values={"accuracy": 0.412})
    store.append("s1", [cell, Concluded(conclusion=conclusion)])
    store.finish("s1", "finished")
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", report.html("s1"))
    assert cells[:5] == ["0.222", "not known", "not known", "not known", "1"]
