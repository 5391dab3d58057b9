"""The time that a run still takes: from the forecast and from what its stages took; never a number without sense."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from simulator.events import Kept, Stage, StageFinished
from simulator.runs.forecast.remaining import in_words, seconds_left
from simulator.runs.records import Forecast

PLANNED: tuple[tuple[Stage, float], ...] = (
    ("prepare", 4), ("teacher", 1), ("control", 20), ("distil", 20), ("prune", 1), ("recover", 10), ("measure", 14),
)  # fmt: skip
FORECAST = Forecast(seconds=70, peak_memory_mb=1, basis="estimate", stages=PLANNED)
KEPT = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a processor")


def ended(*seconds: float, kept: tuple[int, ...] = ()) -> list[StageFinished]:
    """The first stages, each with what it took; some of them taken over."""
    trains = ("control", "distil", "recover")
    return [StageFinished(stage=stage, seconds=took, peak_memory_mb=1, kept=KEPT if n in kept else None,
                          examples=100 if stage in trains else 0)
            for n, (took, (stage, _)) in enumerate(zip(seconds, PLANNED, strict=False))]  # fmt: skip


def test_what_has_passed_is_taken_from_the_forecast_of_the_stage() -> None:
    assert seconds_left(FORECAST, [], 0, None) == 70
    assert seconds_left(FORECAST, [], 3, None) == 67
    assert seconds_left(FORECAST, ended(4, 1), 10, None) == 60
    assert in_words(FORECAST, ended(4, 1), 10, None) == "about 60 s left in total"


def test_a_stage_that_says_what_it_still_needs_is_believed() -> None:
    assert seconds_left(FORECAST, ended(4, 1), 10, ("control", 33)) == 33 + 45
    assert seconds_left(FORECAST, ended(4, 1), 10, ("teacher", 0)) == 60  # of the stage before


def test_trainings_to_come_are_as_slow_as_those_that_are_over() -> None:
    assert seconds_left(FORECAST, ended(4, 1, 60), 65, None) == 3 * 20 + 1 + 3 * 10 + 14
    assert in_words(FORECAST, ended(4, 1, 60), 65, None) == (
        "about 2 min left in total, longer than the forecast of 70 s"
    )  # fmt: skip
    assert seconds_left(FORECAST, ended(4, 1, 60, kept=(2,)), 5, None) == 45  # carried out elsewhere, some other day


def test_a_stage_that_takes_longer_than_its_forecast_gives_no_number() -> None:
    assert seconds_left(FORECAST, [], 5, None) is None
    assert in_words(FORECAST, [], 500, None) == "the run takes longer than the forecast said"


def test_without_a_forecast_of_the_stages_nothing_is_said() -> None:
    assert in_words(None, [], 0, None) == ""
    assert in_words(FORECAST.model_copy(update={"stages": ()}), [], 0, None) == ""
    assert in_words(FORECAST, ended(4, 1, 20, 20, 1, 10, 14), 70, None) == ""
    assert in_words(FORECAST, [StageFinished(stage="distil", seconds=1, peak_memory_mb=1)], 1, None) == ""


seconds = st.floats(0, 1e6)


@given(
    planned=st.lists(seconds, min_size=7, max_size=7),
    took=st.lists(seconds, max_size=6),
    passed=st.floats(-1e6, 1e6),
    left=st.none() | st.tuples(st.sampled_from([stage for stage, _ in PLANNED]), seconds),
    kept=st.sets(st.integers(0, 6)),
)
def test_it_is_never_negative_nor_infinite(
    planned: list[float], took: list[float], passed: float, left: tuple[Stage, float] | None, kept: set[int]
) -> None:
    stages = tuple((stage, s) for (stage, _), s in zip(PLANNED, planned, strict=True))
    forecast = Forecast(seconds=sum(planned), peak_memory_mb=1, basis="estimate", stages=stages)
    found = seconds_left(forecast, ended(*took, kept=tuple(kept)), passed, left)
    assert found is None or (found >= 0 and math.isfinite(found))
    assert in_words(forecast, ended(*took, kept=tuple(kept)), passed, left)
