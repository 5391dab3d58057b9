"""How a click on a scan's chart changes the allocation."""

import pytest

from simulator.events import CellFinished
from simulator.experiments import EXPERIMENTS
from ui.figures.experiments import cell_charts
from ui.figures.experiments.views import view_of
from ui.screens.experiments import allocation

PLAN = {"early": 0.0, "late": 0.3}


@pytest.fixture
def chart():
    cells = [
        CellFinished(at={"layer": name, "sparsity": share}, seed=seed, values={"accuracy": accuracy})
        for name, accuracy in (("early", 0.5), ("late", 0.75))
        for share in (0.3, 0.9)
        for seed in (0, 1)
    ]
    return cell_charts.draw(view_of(EXPERIMENTS["sensitivity"]), "accuracy", cells, {"sparsity": (0.3, 0.9)})


def point(chart, line, number):
    """Return what Streamlit passes on for a click on a line's point."""
    trace = next(t for t in chart.data if t.name == line)
    return {"x": trace.x[number], "y": trace.y[number], "customdata": trace.customdata[number]}


def test_a_click_on_a_point_sets_its_layers_share(chart):
    assert allocation.clicked(PLAN, [point(chart, "early", 1)]) == {"early": 0.9, "late": 0.3}
    assert allocation.clicked(PLAN, [point(chart, "late", 1), point(chart, "early", 0)]) == {"early": 0.3, "late": 0.9}


def test_no_point_and_a_ring_change_nothing(chart):
    assert allocation.clicked(PLAN, []) == PLAN
    assert allocation.clicked(PLAN, [{"x": 0.9, "y": 50.0}]) == PLAN


def test_the_rings_are_at_the_chosen_points(chart):
    ring = allocation.with_rings(chart, PLAN).data[-1]
    assert (list(ring.x), list(ring.y)) == ([0.3], [75])  # a layer that loses nothing has no point
