"""A digit that the student never sees: what is concluded."""

from __future__ import annotations

import pytest

from tests.simulator.experiments.concluding import conclude, threes


@pytest.mark.parametrize(
    ("taught", "alone", "answer", "shown"),
    [(0.9, 0.1, "most", True), (0.4, 0.1, "some", True), (0.3, 0.3, "none", False)],
)
def test_missing_digit(taught, alone, answer, shown):
    conclusion, text = conclude("missing_digit", threes(taught, alone))
    assert (conclusion.answer, conclusion.shown) == (answer, shown)
    assert ("did not show" in text) is not shown
    assert "98.6 % on MNIST" in text and "here it is less" in text
    assert len(conclusion.comparisons) == 4


def test_a_teacher_that_does_harm_is_no_effect():
    assert not conclude("missing_digit", threes(0.1, 0.6))[0].shown
