"""The comparison of channel counts, timed for a moment on one small student."""

from __future__ import annotations

import re
import sys

import pytest
import torch
from torch import nn

from benchmarks import rounding

TIME = re.compile(r"([\d.e+-]+) ms \(([\d.e+-]+) to ([\d.e+-]+)\)")


def test_each_student_has_its_median_between_its_quarters() -> None:
    narrow, wide = (nn.Sequential(nn.Conv2d(3, width, 3), nn.Conv2d(width, 4, 3)).eval() for width in (1, 192))
    found = [TIME.fullmatch(text) for text in rounding.medians([narrow, wide], batch=2, rounds=3)]
    times = [[float(number) for number in row.groups()] for row in found if row]
    assert len(times) == 2 and all(low <= middle <= high for middle, low, high in times)
    assert times[0][0] < times[1][0]  # a hundred times the multiply-adds


def test_the_table_gives_multiply_adds_beside_the_times(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rounding, "MULTIPLES", (1, 8))
    argv = ["rounding", "--rounds", "1", "--models", "resnet18", "--sparsities", "0.5"]
    monkeypatch.setattr(sys, "argv", argv)
    threads = torch.get_num_threads()
    rounding.main()
    torch.set_num_threads(threads)
    heading, _, *rows = capsys.readouterr().out.splitlines()
    cells = [dict(zip(heading.split(" | "), row.split(" | "), strict=True)) for row in rows]
    assert [(row["| Model"], row["Removed"], row["Kept in multiples of"]) for row in cells] == [
        ("| ResNet-18", "50%", "1"), ("| ResNet-18", "50%", "8"),
    ]  # fmt: skip
    exact, rounded = (float(row["MACs"].removesuffix(" M")) for row in cells)
    assert 0 < exact < rounded
