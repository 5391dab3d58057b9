"""The lecturer's notes give what the recorded runs measured, and nothing older."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.teaching.labs import LABS, evidence


def plain(text: str) -> str:
    """Whatever blanks and line ends it has, one blank between words."""
    return " ".join(text.split())


PAGE = plain((Path(__file__).parents[2] / "docs" / "guided_labs.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", range(1, 7))
def test_the_notes_of_every_lab_give_its_recorded_result(number):
    lab = LABS[number - 1]
    found = evidence(lab.recorded)
    assert f"## Lab {number}: {lab.title}" in PAGE
    assert plain(lab.answer(found).sentence) in PAGE
    for sentence in lab.takeaway(found):
        assert plain(sentence) in PAGE
    for row in lab.table(found):
        assert plain(" | ".join(row.values())) in PAGE


def test_the_notes_say_what_to_prepare():
    assert "python -m simulator prepare --model resnet18 --dataset digits" in PAGE
    assert "two cores, no GPU" in PAGE
