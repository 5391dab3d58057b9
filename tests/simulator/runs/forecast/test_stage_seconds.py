"""The seconds of a run's stages: what they took before, by the work that each was."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.events import VARIANTS, Event, Kept, StageFinished, Swept, SweptPoint
from simulator.runs.forecast.stage_seconds import (
    TIMING_SHARE,
    Cost,
    costs_of,
    measuring,
    plan,
    seconds_of_a_model,
    sweep_seconds,
    variants,
)
from simulator.runs.forecast.workload import sweep_work
from simulator.runs.kept import folders, stages, sweeps

CONFIG = make_config({"model": "resnet18", "recovery_epochs": 1})
TEACHER = "resnet18-digits-0123456789ab"


def swept(seconds: float, **changes: object) -> Swept:
    points = tuple(SweptPoint(target_sparsity=share, removed=share, right=50) for share in sweeps.SPARSITIES)
    return Swept(points=points, examples=100, seconds=seconds).model_copy(update=changes)


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


def measure_seconds(costs: list[Cost], teacher: str = "", **changes: object) -> float:
    return dict(plan(CONFIG.model_copy(update=changes), teacher, costs))["measure"]


def test_a_sweep_over_sparsities_is_a_part_of_measuring_and_is_counted_by_itself() -> None:
    elsewhere = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a processor")
    measured = StageFinished(stage="measure", seconds=9, peak_memory_mb=1, measured=5)
    in_sweep = Cost("sweep", 2, sweep_work(CONFIG))
    assert costs_of(CONFIG, [swept(2), measured]) == [Cost("measure", 7, measuring(5, 5)), in_sweep]
    taken_over = costs_of(CONFIG, [swept(2, kept=elsewhere), measured])
    assert taken_over == [Cost("measure", 9, measuring(5, 5)), in_sweep]


def test_a_sweep_takes_as_long_as_earlier_ones_by_its_work_and_before_that_as_training_does() -> None:
    trained = [Cost("distil", 10.0, 1e9), Cost("measure", 5.0, 5.0)]
    assert sweep_seconds(CONFIG, trained) == pytest.approx(sweep_work(CONFIG) * 10 / 1e9)
    earlier = costs_of(CONFIG, [swept(2)])
    assert sweep_seconds(CONFIG, [*trained, *earlier]) == pytest.approx(2)
    larger = CONFIG.model_copy(update={"image_size": 64})
    assert sweep_seconds(larger, [*trained, *earlier]) == pytest.approx(4 * 2)  # four times as many pixels
    assert measure_seconds(trained) == pytest.approx(5 + sweep_seconds(CONFIG, trained))
    longer = CONFIG.model_copy(update={"epochs": 20})
    assert sweep_work(longer) / sweep_work(CONFIG) == pytest.approx(
        sweeps.examples_answered(longer) / sweeps.examples_answered(CONFIG)
    )


def test_a_sweep_costs_nothing_where_it_is_kept_or_the_sparsity_is_fixed() -> None:
    costs = [Cost("distil", 10.0, 1e9), Cost("measure", 5.0, 5.0), Cost("sweep", 2.0, sweep_work(CONFIG))]
    assert measure_seconds(costs, pruning="2:4") == pytest.approx(5)
    assert measure_seconds(costs, TEACHER) > 5.1
    inputs = sweeps.made_from(CONFIG, TEACHER)
    assert folders.keep(stages.folder(inputs, CONFIG), {"sweep.json": b"{}"}, inputs)
    assert measure_seconds(costs, TEACHER) == pytest.approx(5)
    assert measure_seconds(costs) > 5.1  # all anew
