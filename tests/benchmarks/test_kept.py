"""The benchmark of kept stages, on the tiny CNN: the run with kept stages is beside the run anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import kept
from simulator.host.paths import cache_dir
from simulator.runs import executor, service

TINY = {"train_examples": 64, "batch_size": 32, "weights": "scratch"}


@pytest.fixture
def started(tiny_cnn: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server's executor, workers as quick as the tests beside them, and no waiting for a warm one."""
    monkeypatch.setattr(executor, "NICENESS", 0)
    monkeypatch.setattr(kept, "WARM_SECONDS", 0)
    monkeypatch.setattr(kept, "SETTINGS", TINY)
    monkeypatch.setitem(kept.MOVES, "tiny_cnn", {"only the sparsity": {"target_sparsity": 0.8}})
    service.start()
    yield
    service.stop()


def test_a_move_takes_over_what_it_does_not_reach_and_is_timed_beside_the_run_anew(started: None) -> None:
    (row,) = kept.of_model("tiny_cnn")
    assert row.kept > 0 and row.anew > 0 and row.expected > 0
    assert {"prune", "measure"} <= set(row.stages)
    assert not {"control", "distil"} & set(row.stages)
    kept.forget_students()
    assert list(cache_dir("stages").iterdir()) == []


def test_the_table_has_a_row_a_move() -> None:
    rows = [kept.Row("resnet18", moved, 1.0, 2.0, 3.0, {"prune": 0.5}) for moved in kept.MOVES["resnet18"]]
    assert kept.as_table(rows).row_count == 2
