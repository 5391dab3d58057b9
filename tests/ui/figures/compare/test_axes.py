from __future__ import annotations

import pytest

from ui.figures.compare.axes import fitted


def test_an_axis_is_a_little_longer_than_what_lies_on_it():
    axis = fitted("Accuracy", [80, 90])
    assert (axis.low, axis.high) == pytest.approx((79.2, 90.8))
    assert axis.note == "does not start at 0"
    assert [axis.share(value) for value in (axis.low, 85, axis.high)] == pytest.approx([0, 0.5, 1])
    assert axis.layout() == {
        "title": {"text": "Accuracy, does not start at 0"}, "range": pytest.approx([79.2, 90.8]),
    }  # fmt: skip


def test_an_axis_that_begins_at_zero_needs_no_note_and_goes_no_lower():
    axis = fitted("Size", [1, 50])
    assert axis.low == 0
    assert axis.note == ""
    assert axis.layout()["title"]["text"] == "Size"


def test_values_that_are_far_apart_stand_by_their_ratio_where_that_is_allowed():
    axis = fitted("Size", [1, 100], may_be_log=True)
    assert axis.is_log and axis.low < 1 and axis.high > 100
    assert axis.share(10) == pytest.approx(0.5)
    assert axis.note == "logarithmic, no 0"
    assert axis.layout()["range"] == pytest.approx([-0.16, 2.16])
    assert not fitted("Size", [1, 100]).is_log
    assert not fitted("Size", [0, 100], may_be_log=True).is_log  # zero has no logarithm
    assert not fitted("Size", [20, 100], may_be_log=True).is_log


@pytest.mark.parametrize("values", [[], [0], [0, 0], [7]])
def test_equal_values_and_none_make_an_axis_too(values):
    axis = fitted("Size", values, may_be_log=True)
    assert axis.low < axis.high
    assert all(0 <= axis.share(value) <= 1 for value in values)
