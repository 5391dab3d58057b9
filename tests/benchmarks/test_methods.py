"""The measurement of the methods, with invented cells in place of training: what it compares, and how it is written."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks import methods
from simulator.catalog.models import MODELS
from simulator.engine import worker
from simulator.events import CellFinished, Described
from simulator.host.machine import process_name
from simulator.runs import archive
from simulator.runs.database.store import open_store
from tests.ui.invented import PROVENANCE


@pytest.fixture
def without_training(monkeypatch):
    """Every value of the axis gains a point more than the one before; the second seed is two points better."""

    def carry_out(run_id, store):
        config = store.get(run_id).experiment
        (axis,) = config.axes
        events = [Described(provenance=PROVENANCE, class_names=("a", "b"))]
        for number, value in enumerate(axis.values):
            for seed in config.all_seeds():
                final = 0.5 + 0.01 * number + 0.02 * (seed == 1)
                values = {"control": 0.5, "distilled": final, "pruned": 0.25, "final": final, "zeros": 0.5}
                events.append(CellFinished(at={axis.setting: value}, seed=seed, values=values))
        store.append(run_id, events)
        store.finish(run_id, "finished")
        yield from events

    monkeypatch.setattr(worker, "carry_out", carry_out)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("group", methods.GROUPS)
def test_every_group_is_a_sweep_that_every_model_can_do(model, group):
    assert methods.sweep_of(model, group, 3).seeds == 3


def test_differences_are_paired_over_the_seeds(without_training):
    headings, rows = methods.cells_of(methods.measure("resnet18", "unstructured", 3))
    random = dict(zip(headings, rows[1], strict=True))
    assert random[""] == "random"
    # 0.26, 0.28 and 0.26 less than the distilled: mean 26.67 points, t(0.975, 2) * sd / sqrt(3) = 4.303 * 1.155 / 1.732
    minus = "\N{MINUS SIGN}"
    assert random["pruned - distilled"] == f"{minus}26.7 ({minus}29.5 to {minus}23.8), worse"


def test_importances_are_compared_with_magnitude_and_schedules_with_one_shot(without_training):
    headings, rows = methods.cells_of(methods.measure("resnet18", "unstructured", 3))
    assert headings[-1] == "recovered - magnitude's"
    assert rows[0][-1] == "" and rows[2][0] == "taylor"
    assert rows[2][-1].startswith("+2.0")
    assert methods.cells_of(methods.measure("distilbert", "schedules", 2))[0][-1] == "recovered - one_shot's"


def test_a_stopped_group_goes_on(without_training):
    store = open_store()
    store.add("stopped", methods.sweep_of("resnet18", "2:4", 3), None)
    store.start("stopped", process_name())
    store.finish("stopped", "cancelled")
    for group in ("2:4", "structured"):
        methods.measure("resnet18", group, 3)
    another, again, stopped = archive.list_runs()[:3]
    assert (another.experiment.continues, again.experiment.continues, stopped.id) == ("", "stopped", "stopped")


def test_groups_are_added_to_the_file_and_the_page_is_made_from_it(without_training, tmp_path, monkeypatch):
    file = tmp_path / "found.json"
    monkeypatch.setattr(methods, "PAGE", tmp_path / "page.md")
    for group in ("schedules", "2:4"):
        monkeypatch.setattr(sys, "argv", ["m", "--model", "resnet18", "--group", group, "--json", str(file)])
        methods.main()
    assert [g["group"] for g in json.loads(file.read_text())["resnet18"]] == ["schedules", "2:4"]
    monkeypatch.setattr(sys, "argv", ["m", "--json", str(file), "--page"])
    methods.main()
    page = (tmp_path / "page.md").read_text()
    assert page.index("### Importance, two of every four") < page.index("### Schedules, single weights")
    assert "| magnitude | 50.7 % | 25.0 % |" in page
    assert "200 training examples, 10 epochs" in page and "--model resnet18 --group 2:4 --seeds 3" in page
