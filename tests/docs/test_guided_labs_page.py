"""The lecturer's notes tell what the recorded runs measured, and not something older."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.teaching.labs import LABS, evidence

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "guided_labs.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("number", range(1, 7))
def test_every_lab_stands_there_with_what_came_out(number):
    lab = LABS[number - 1]
    found = evidence(lab.recorded)
    assert f"## Lab {number}: {lab.title}" in PAGE
    assert lab.answer(found).sentence in PAGE
    for sentence in lab.takeaway(found):
        assert sentence in PAGE
    for row in lab.table(found):
        assert " | ".join(row.values()) in PAGE


def test_what_to_prepare_stands_there():
    assert "python -m simulator prepare --model resnet18 --dataset digits" in PAGE
    assert "two cores, no GPU" in PAGE
