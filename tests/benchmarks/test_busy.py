"""What an example costs: counted by a real training, and written as multiples of an idle machine's cost."""

from __future__ import annotations

import io
import json
import os
import sys

import psutil
import pytest
import torch

from benchmarks import busy
from benchmarks.busy import Cost, Row, Way
from benchmarks.control_groups import Limits
from tests.waiting import wait_until

NO_LIMITS = Limits({})


def test_a_cost_is_of_one_example() -> None:
    cost = Cost(examples=200, cpu_seconds=5.0, seconds=8.0)
    assert (cost.cpu_ms, cost.per_second) == (25.0, 25.0)


def test_the_table_compares_processor_time_with_the_idle_machines() -> None:
    way = Way("resnet18", 2, "")
    costs = {"idle": Cost(100, 1.0, 0.5), busy.beside(0): Cost(100, 1.25, 2.0), busy.beside(5): Cost(100, 1.3, 4.0)}
    small, large = Row(way, costs), Row(way, {**costs, busy.beside(5): Cost(100, 1.31, 4.0)})
    table = busy.as_table([small, large])
    columns = {str(column.header): list(column.cells) for column in table.columns}
    assert columns["trained"] == ["resnet18, threads 2, spin as the app"] * 2
    assert columns["idle: CPU ms, examples/s"] == ["10.0 ms, 200.0/s"] * 2
    assert columns["busy, equal"] == ["1.25 x, 50.0/s"] * 2
    assert columns["busy, nice 5"] == ["1.30 x, 25.0/s", "1.31 x, 25.0/s"]
    assert columns["at most 1.3"] == ["yes", "no"]
    words = "resnet18, threads 2, spin as the app: idle 10.0 ms, 200.0/s; busy, equal 12.5 ms, 50.0/s"
    assert busy.in_words(small).startswith(words)


@pytest.mark.usefixtures("few_digits")
def test_an_epoch_is_trained_for_every_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(busy, "EXAMPLES", {"image": 8})
    monkeypatch.setattr(sys, "stdin", io.StringIO("train\n" * 2))
    before = sum(os.times()[:2])
    busy.on_demand(busy.training("resnet18"))
    spent = sum(os.times()[:2]) - before
    costs = [Cost(**json.loads(line)) for line in capsys.readouterr().out.splitlines()]
    assert [cost.examples for cost in costs] == [8, 8]
    assert all(cost.seconds > 0 for cost in costs)
    assert 0 < sum(cost.cpu_seconds for cost in costs) <= spent + 0.02  # os.times() counts in hundredths


def test_products_wait_for_nobody_and_each_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(busy, "NUMBER_OF_PRODUCTS", 20)
    monkeypatch.setattr(sys, "stdin", io.StringIO("go\n"))
    threads = torch.get_num_threads()
    busy.on_demand(busy.products())
    assert torch.get_num_threads() == 1
    torch.set_num_threads(threads)
    cost = Cost(**json.loads(capsys.readouterr().out))
    assert cost.examples == 20 and 0 < cost.cpu_seconds <= cost.seconds + 0.02


def test_neighbours_keep_every_core_busy_and_end_with_the_block() -> None:
    earlier = set(psutil.Process().children(recursive=True))
    with busy.neighbours(NO_LIMITS, niceness=19):
        started = [process for process in psutil.Process().children(recursive=True) if process not in earlier]
        assert len(started) == psutil.cpu_count()
        wait_until(lambda: all(process.cpu_times().user > 0.1 for process in started))
        assert {process.nice() for process in started} == {19}
    assert psutil.wait_procs(started, timeout=5)[1] == []
