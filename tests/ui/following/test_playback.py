"""What the first screen plays is the recording, and nothing else."""

from __future__ import annotations

import pytest

from simulator.catalog.models import DEFAULT_MODEL
from simulator.events import LossPoint, Measured, StageStarted
from simulator.figures import numbers
from simulator.runs.recorded import Recorded, all_recorded
from ui.figures.run import curves
from ui.following import playback
from ui.following.story import STAGE_TITLES


@pytest.fixture(params=[one.run.settings.model for one in all_recorded()])
def one(request: pytest.FixtureRequest) -> Recorded:
    return next(one for one in all_recorded() if one.run.settings.model == request.param)


def test_the_model_that_home_plays_is_recorded() -> None:
    assert DEFAULT_MODEL in {one.run.settings.model for one in all_recorded()}


def test_the_steps_are_the_recorded_events_in_their_order(one: Recorded) -> None:
    steps = list(playback.steps(one))
    told = [step.get("stage") or step.get("measured") or step["point"][0] for step in steps if "pruned" not in step]
    assert told == [
        STAGE_TITLES[e.stage] if isinstance(e, StageStarted)
        else e.measurement.name if isinstance(e, Measured)
        else e.variant
        for e in one.events if isinstance(e, StageStarted | Measured | LossPoint)
    ]  # fmt: skip
    pruned = [step for step in steps if "pruned" in step or step.get("stage") in ("Prune", "Recover")]
    assert [step.get("stage", "gone") for step in pruned] == ["Prune", "gone", "Recover"]


def test_a_curve_is_the_running_mean_that_other_charts_show(one: Recorded) -> None:
    points = [step["point"] for step in playback.steps(one) if "point" in step]
    recorded = [e for e in one.events if isinstance(e, LossPoint) and e.variant == "distilled"]
    means = curves.running_mean([e.hard for e in recorded])
    drawn = [(epoch, loss) for variant, epoch, loss in points if variant == "distilled"]
    assert drawn == [
        (pytest.approx(e.epoch, abs=1e-3), pytest.approx(m, abs=1e-4)) for e, m in zip(recorded, means, strict=True)
    ]


def test_as_many_squares_go_as_weights_were_zero(one: Recorded) -> None:
    played = playback.score(one)
    of = {m.name: m for m in one.measurements}
    before = [layer for layer in of["distilled"].layers if len(layer.shape) > 1]
    after = {layer.name: layer.nonzero_parameters for layer in of["recovered"].layers}
    square = playback.weights_per_square(before)
    assert len(played["layers"]) == len(before)
    for layer, (full, left) in zip(before, played["layers"], strict=True):
        assert abs(full * square - layer.parameters) <= square
        assert abs(left * square - after[layer.name]) <= square
    assert 300 <= sum(full for full, _ in played["layers"]) <= 2 * playback.SQUARES


def test_every_accuracy_comes_with_its_interval(one: Recorded) -> None:
    played = playback.score(one)
    teacher, student = one.measurements[0], one.measurements[-1]
    for m in (teacher, student):
        step = next(step for step in played["steps"] if step.get("measured") == m.name)
        assert step["accuracy"] == numbers.percent(m.accuracy)
        assert step["interval"] == numbers.percent_interval(*m.accuracy_interval)
        assert f"{step['accuracy']}" in played["ending"] and f"({step['interval']})" in played["ending"]


def test_channels_that_were_removed_are_gone_too() -> None:
    recorded = all_recorded()[0].measurements
    layer = next(layer for layer in recorded[2].layers if len(layer.shape) > 1)
    half = layer.model_copy(update={"parameters": layer.parameters // 2, "nonzero_parameters": layer.parameters // 2})
    ((full, left),) = playback.layers([layer], [half], square=max(1, layer.parameters // 100))
    assert left == pytest.approx(full / 2, abs=1)
