"""The seconds of a run's stages: what they took before, by the work that each was."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.events import VARIANTS, Event, StageFinished
from simulator.runs.forecast.stage_seconds import (
    TIMING_SHARE,
    Cost,
    costs_of,
    measuring,
    plan,
    seconds_of_a_model,
    variants,
)

CONFIG = make_config({"model": "resnet18", "recovery_epochs": 1})


def test_the_teacher_is_measured_with_the_first_seed_and_no_recovery_leaves_no_recovered_student() -> None:
    assert variants(CONFIG, 0) == list(VARIANTS)
    assert variants(CONFIG, 1) == list(VARIANTS[1:])
    assert variants(CONFIG.model_copy(update={"recovery_epochs": 0}), 0) == list(VARIANTS[:-1])


def test_a_model_that_is_only_timed_costs_its_timing() -> None:
    assert measuring(5, 5) == pytest.approx(5)
    assert measuring(5, 0) == pytest.approx(5 * TIMING_SHARE)
    past = [Cost("measure", 6.0, measuring(5, 0)), Cost("control", 100.0, 1e9)]
    assert measuring(5, 0) * seconds_of_a_model("resnet18", past) == pytest.approx(6)


def test_what_measuring_took_counts_by_the_models_that_were_timed_and_measured() -> None:
    first = StageFinished(stage="measure", seconds=9, peak_memory_mb=1, measured=2)
    of_an_earlier_version = StageFinished(stage="measure", seconds=8, peak_memory_mb=1)
    events: list[Event] = [first, of_an_earlier_version]
    assert costs_of(CONFIG, events) == [Cost("measure", 9, measuring(5, 2)), Cost("measure", 8, measuring(4, 4))]


def test_without_a_kept_teacher_every_stage_is_planned_once_a_seed() -> None:
    planned = plan(CONFIG.model_copy(update={"repeats": 2}), "", [Cost("control", 10.0, 1e9)])
    of_seed = ["control", "distil", "prune", "recover", "measure"]
    assert [stage for stage, _ in planned] == ["prepare", "teacher", *of_seed, *of_seed]
    assert all(seconds > 0 for _, seconds in planned)
