"""What other sparsities would leave: on Results, in the Lab and in the report."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.events import Kept, RunFinished
from tests.ui.figures.run.test_what_if import swept
from tests.ui.invented import whole_run
from tests.ui.reading import widget, words
from ui import report
from ui.report.what_if import WHY_NO_CURVE


def tried():
    """A whole run that also tried sparsities."""
    *before, end = whole_run()
    assert isinstance(end, RunFinished)
    return [*before, swept(), end]


def test_the_slider_on_results_answers_from_what_the_run_measured(open_screen, stored):
    stored("r1", "finished", tried())
    app = open_screen("results", run="r1")
    assert "Pruned to 50 %, without retraining, the student answers **90.0 %** correctly" in words(app)
    app.slider(key="what_if_slider").set_value(0.8).run()
    assert "Pruned to 80 %, without retraining, the student answers **75.0 %** correctly" in words(app)
    assert "**not retrained**" in words(app)


def test_it_says_on_how_many_examples_and_from_which_run_it_was_kept(stored):
    kept = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a processor")
    *before, of_sweep, end = tried()
    stored("r1", "finished", [*before, of_sweep.model_copy(update={"kept": kept}), end])
    text = report.html("r1")
    assert "measured on 200 test examples" in text and "Bars: the 95 % interval." in text
    assert "Kept from run ab12" in text


def test_the_lab_answers_at_its_own_slider(open_screen, stored):
    stored("r1", "finished", tried())
    app = open_screen("lab", run="r1")
    widget(app, "target_sparsity").set_value(0.9)
    app.run()
    assert "Pruned to 90 %, without retraining, the student answers **20.0 %** correctly" in words(app)


def test_the_report_shows_it_where_the_run_was_pruned(stored):
    stored("r1", "finished", tried())
    assert "Pruned to 50 %, without retraining" in report.html("r1")


@pytest.mark.parametrize(
    ("changes", "why"),
    [({}, WHY_NO_CURVE), ({"pruning": "2:4"}, "2:4 removes exactly half of every layer that it prunes")],
    ids=str,
)
def test_a_run_that_did_not_measure_it_says_why(open_screen, stored, changes, why):
    stored("r1", "finished", list(whole_run()), make_config(changes))
    assert why in words(open_screen("results", run="r1"))
    assert "without retraining" not in words(open_screen("lab", run="r1"))
