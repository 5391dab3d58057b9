"""The measurement of lagging averages, with few steps on few digits."""

from __future__ import annotations

import re
import sys

import pytest

from benchmarks import batch_norm

LINE = re.compile(r"seed 0, (\w+), (\d+) steps: ([\d.]+) with running averages, ([\d.]+) estimated anew")


@pytest.mark.usefixtures("few_digits")
def test_each_training_is_reported_with_its_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch_norm, "TRAININGS", ((8, 1), (24, 2)))
    monkeypatch.setattr(batch_norm, "RECOVERIES", ((16, 3),))
    monkeypatch.setattr(sys, "argv", ["batch_norm", "resnet18", "--seeds", "1"])
    batch_norm.main()
    rows = [LINE.fullmatch(line) for line in capsys.readouterr().out.splitlines()]
    assert all(rows)
    # all fit into one batch: as many steps as epochs
    assert [(row[1], int(row[2])) for row in rows if row] == [
        ("trained", 1), ("trained", 2), ("pruned", 0), ("recovered", 3),
    ]  # fmt: skip
    tenths = {f"{right / 10:.3f}" for right in range(11)}  # of ten test digits
    assert {row[number] for row in rows if row for number in (3, 4)} <= tenths
