"""The curve over the sparsities that a run tried without retraining."""

from __future__ import annotations

import pytest

from simulator.events import Swept, SweptPoint
from simulator.figures.statistics import wilson_interval
from ui.figures.run import what_if

RIGHT = {0.0: 190, 0.5: 180, 0.8: 150, 0.9: 40}


def swept(repeat: int = 0, fewer: int = 0, power: float = 1.0) -> Swept:
    points = tuple(SweptPoint(target_sparsity=s, removed=s**power, right=n - fewer) for s, n in RIGHT.items())
    return Swept(points=points, examples=200, seconds=2.0, repeat=repeat)


def test_the_curve_shows_what_was_measured_and_the_mark_stands_at_the_slider() -> None:
    mark, curve = what_if.curve([swept()], 0.65).data
    assert list(mark.x) == [65, 65]
    assert list(curve.x) == pytest.approx([0, 50, 80, 90])
    assert list(curve.y) == [95, 90, 75, 20]
    for point, right in zip(what_if.points([swept()]), RIGHT.values(), strict=True):
        assert (point.low, point.high) == wilson_interval(right, 200)


def test_between_two_sparsities_nothing_is_made_up() -> None:
    assert what_if.at([swept()], 0.8) == (
        "Pruned to 80 %, without retraining, the student answers **75.0 %** correctly (68.6 to 80.5 %)."
    )
    assert what_if.at([swept()], 0.0).startswith("Not pruned, the student answers **95.0 %**")
    assert what_if.at([swept()], 0.65) == (
        "65 % was not measured; without retraining, the student answers 90.0 % at 50 % and 75.0 % at 80 %."
    )


def test_where_other_weights_are_gone_than_were_asked_for_it_says_how_many() -> None:
    assert what_if.at([swept(power=0.5)], 0.5).endswith("71 % of the weights that pruning may touch are then gone.")
    assert what_if.at([swept()], 0.5).endswith("to 93.4 %).")


def test_several_seeds_give_their_mean_and_deviation() -> None:
    several = [swept(), swept(1, fewer=20)]
    assert what_if.points(several)[0].accuracy == pytest.approx(0.9)
    assert what_if.points(several)[0].low == pytest.approx(0.9 - 0.0707, abs=1e-4)
    assert what_if.bars_of(several) == "the standard deviation over 2 seeds"


def test_more_right_answers_than_examples_or_sparsities_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="more right answers"):
        Swept(points=swept().points, examples=100, seconds=2.0)
    with pytest.raises(ValueError, match="out of order"):
        Swept(points=swept().points[::-1], examples=200, seconds=2.0)
