from __future__ import annotations

from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.errors import DoesNotFit
from simulator.events import Event, Kept, RunFinished, Stage, StageFinished, Variant
from simulator.experiments import ExperimentConfig, make_experiment
from simulator.figures import numbers
from simulator.host.paths import cache_dir
from simulator.runs import service
from simulator.runs.database.store import Forecast, Store
from simulator.runs.forecast import cost
from simulator.runs.forecast.cost import (
    available_memory_mb,
    check_fits,
    forecast,
    forecast_experiment,
    peak_memory_mb,
)
from simulator.runs.forecast.stage_seconds import TIMING_SHARE
from simulator.runs.kept import folders, measurements, stages, sweeps, teachers


def finished_run(store: Store, name: str, config: RunConfig, peak: float = 1_000, trained_seconds: float = 8.0) -> None:
    """A run of this machine whose distillation took ``trained_seconds`` and whose teacher was cached."""
    examples = config.train_examples * config.epochs
    events: list[Event] = [
        StageFinished(stage="prepare", seconds=1, peak_memory_mb=500),
        StageFinished(stage="teacher", seconds=0.5, peak_memory_mb=600),
        StageFinished(stage="control", seconds=trained_seconds, peak_memory_mb=peak, examples=examples),
        StageFinished(stage="distil", seconds=trained_seconds, peak_memory_mb=peak, examples=examples),
        StageFinished(stage="measure", seconds=10, peak_memory_mb=peak),
        RunFinished(seconds=20, peak_memory_mb=peak),
    ]
    store.add(name, config, None)
    store.append(name, events)
    store.finish(name, "finished")


def cache_teacher(config: RunConfig, without: str = "") -> None:
    made_from = {**teachers.description(config, "scratch"), "data": "data", "weights": None}
    made_from.pop(without, None)
    assert folders.keep(teachers.folder(made_from), {"model.safetensors": b"weights"}, made_from)


def config_of(**values: object) -> RunConfig:
    return make_config({"recovery_epochs": 0, **values})


MEASURED_MB = {"distilbert": 1716, "t5_small": 1716, "mobilenet_v2": 671, "resnet18": 758}
"""What a worker took at least, with CUDA for images and the CPU wheels for texts (``python -m benchmarks.memory``)."""


@pytest.mark.parametrize("model", MODELS)
def test_without_runs_the_size_of_the_work_decides(store: Store, model: str) -> None:
    short, long = config_of(model=model, epochs=1), config_of(model=model, epochs=20)
    assert forecast(short, store).basis == "estimate"
    assert forecast(short, store).seconds < forecast(long, store).seconds
    assert forecast(short, store).peak_memory_mb > MEASURED_MB[model]


def test_a_cached_teacher_saves_its_training(store: Store) -> None:
    config = config_of()
    before = forecast(config, store)
    cache_teacher(config)
    after = forecast(config, store)
    assert after.seconds < before.seconds
    assert after.peak_memory_mb <= before.peak_memory_mb


def keep_stages(config: RunConfig, *names: Stage) -> None:
    for name in names:
        inputs = stages.made_from(name, config, teachers.cached(config))
        assert folders.keep(stages.folder(inputs, config), {"model.safetensors": b"weights"}, inputs)


def test_kept_stages_cost_no_time_and_are_named_unless_all_is_trained_anew(store: Store) -> None:
    config = config_of()
    cache_teacher(config)
    whole = forecast(config, store)
    assert (whole.kept, whole.anew) == ((), False)
    keep_stages(config, "control", "distil")
    kept = forecast(config, store)
    assert kept.kept == ("control", "distil")
    assert kept.seconds < whole.seconds
    assert kept.peak_memory_mb == whole.peak_memory_mb
    anew = forecast(config, store, anew=True)
    assert (anew.kept, anew.anew) == ((), True)
    assert anew.seconds > whole.seconds  # its teacher is trained, too


def keep_measurements(config: RunConfig, *names: Variant) -> None:
    for name in names:
        inputs = measurements.made_from(name, config, teachers.cached(config))
        assert folders.keep(stages.folder(inputs, config), {"measurement.json": b"{}"}, inputs)


def keep_sweep(config: RunConfig) -> None:
    """Keep the sweep over sparsities of each of a run's students."""
    for repeat in range(config.repeats):
        of_seed = config.model_copy(update={"seed": config.seed + repeat})
        inputs = sweeps.made_from(of_seed, teachers.cached(of_seed))
        folders.keep(stages.folder(inputs, of_seed), {"sweep.json": b"{}"}, inputs)


def test_kept_measurements_shorten_measuring_to_its_timing(store: Store) -> None:
    config = config_of()
    cache_teacher(config)
    keep_sweep(config)

    def measuring() -> float:
        return dict(forecast(config, store).stages)["measure"]

    whole = measuring()
    assert whole == pytest.approx(MODELS[config.model].size.measure_seconds * 4 / 5)  # no recovery: four models
    keep_measurements(config, "teacher", "control")
    assert measuring() == pytest.approx(whole * (TIMING_SHARE + (1 - TIMING_SHARE) * 2 / 4))
    keep_measurements(config, "distilled", "pruned")
    assert measuring() == pytest.approx(whole * TIMING_SHARE)


def test_what_measuring_took_counts_by_how_many_models_it_measured(store: Store) -> None:
    """A run that only timed most of its models is no forecast of one that measures all."""
    config = config_of()
    cache_teacher(config)
    keep_sweep(config)
    only_timed = StageFinished(stage="measure", seconds=6, peak_memory_mb=1, measured=0)
    store.add("second", config, None)
    store.append("second", [only_timed, RunFinished(seconds=7, peak_memory_mb=900)])
    store.finish("second", "finished")
    assert dict(forecast(config, store).stages)["measure"] == pytest.approx(6 / TIMING_SHARE)


def test_the_stages_come_in_their_order_once_a_seed_and_add_up(store: Store) -> None:
    config = config_of(repeats=2, recovery_epochs=1)
    cache_teacher(config)
    keep_sweep(config)
    keep_stages(config, "control")
    expected = forecast(config, store)
    of_seed = ["control", "distil", "prune", "recover", "measure"]
    assert [stage for stage, _ in expected.stages] == ["prepare", "teacher", *of_seed, *of_seed]
    assert next(seconds for stage, seconds in expected.stages if stage == "control") == 0
    assert sum(seconds for _, seconds in expected.stages) == pytest.approx(expected.seconds)
    first, second = (seconds for stage, seconds in expected.stages if stage == "measure")
    assert second == pytest.approx(first * 4 / 5)  # the teacher is measured once


def test_a_stage_that_is_kept_of_one_seed_saves_its_time_once(store: Store) -> None:
    one, two = config_of(), config_of(repeats=2)
    cache_teacher(one)
    before = forecast(two, store).seconds
    keep_stages(one, "control")
    saved = before - forecast(two, store).seconds
    assert forecast(two, store).kept == ()
    keep_stages(config_of(seed=1), "control")
    assert forecast(two, store).kept == ("control",)
    assert before - forecast(two, store).seconds == pytest.approx(2 * saved)


def test_the_memory_of_a_run_that_took_stages_over_is_no_forecast_of_training_them(store: Store) -> None:
    """The run itself peaked low; the stages that it took over say what they needed."""
    config = config_of()
    kept = Kept(run="first", at="2026-01-01T00:00:00+00:00", device="a processor")
    store.add("second", config, None)
    store.append("second", [StageFinished(stage="control", seconds=9, peak_memory_mb=5_000, examples=64, kept=kept),
                            RunFinished(seconds=1, peak_memory_mb=900)])  # fmt: skip
    store.finish("second", "finished")
    assert forecast(config, store).peak_memory_mb >= 5_000


def test_a_text_teacher_that_was_trained_on_all_positions_is_not_used() -> None:
    config = config_of(model="distilbert")
    cache_teacher(config, without="positions")
    assert not teachers.is_cached(config)
    cache_teacher(config)
    assert teachers.is_cached(config)


def test_equal_settings_are_expected_to_take_what_they_took(store: Store) -> None:
    config = config_of()
    cache_teacher(config)
    keep_sweep(config)
    finished_run(store, "a", config, peak=1_234)
    expected = forecast(config, store)
    assert expected.basis == "recent runs"
    # prepare 1, teacher 0.5, control 8, distil 8, measure 10; pruning left no record: its fixed share
    assert expected.seconds == pytest.approx(27.5, abs=1.1)
    assert expected.peak_memory_mb == pytest.approx(1_234)


def test_short_trials_do_not_outvote_a_long_run(store: Store) -> None:
    """What a stage takes besides its steps is most of a short one."""
    config = config_of()
    cache_teacher(config)
    finished_run(store, "long", config)
    for name in ("a", "b", "c"):  # as long for one epoch of 64 examples
        finished_run(store, name, config_of(train_examples=64, epochs=1))
    assert forecast(config, store).seconds < 5 * 27.5


def test_epochs_examples_and_pixels_scale_what_recent_runs_took(store: Store) -> None:
    config = config_of(epochs=2, train_examples=200)
    larger = config_of(epochs=2, train_examples=200, image_size=64)
    cache_teacher(config)
    cache_teacher(larger)
    keep_sweep(config)
    finished_run(store, "a", config)
    base = forecast(config, store).seconds
    trained = 16.0  # seconds of control and distil together
    # passes: three for each training example of an epoch; one for each of 270 validation examples, once more often
    before = 2 * 200 * 3 + 3 * 270
    for changes, passes in (
        ({"epochs": 6}, 6 * 200 * 3 + 7 * 270),
        ({"train_examples": 400}, 2 * 400 * 3 + 3 * 270),
        ({"image_size": 64}, 4 * before),
    ):
        changed = config.model_copy(update=changes)
        keep_sweep(changed)
        expected = forecast(changed, store).seconds
        assert expected == pytest.approx(base + trained * (passes / before - 1)), changes
    assert teachers.is_cached(larger)


def test_a_lottery_ticket_costs_the_distillation_again(store: Store) -> None:
    config = config_of(epochs=4)
    cache_teacher(config)
    finished_run(store, "a", config)
    ticket = config.model_copy(update={"schedule": "lottery"})
    # and a fifth model beside the four that were measured in 10 s
    assert forecast(ticket, store).seconds == pytest.approx(forecast(config, store).seconds + 8.0 + 2.5)


def test_other_models_and_unfinished_runs_do_not_count(store: Store) -> None:
    finished_run(store, "a", config_of(model="mobilenet_v2"))
    store.add("b", config_of(), None)
    store.append("b", [RunFinished(seconds=1, peak_memory_mb=1)])
    store.finish("b", "failed", "It broke.")
    assert forecast(config_of(), store).basis == "estimate"


def test_a_larger_batch_is_expected_to_need_more_memory_than_it_took(store: Store) -> None:
    config = config_of(batch_size=16)
    cache_teacher(config)
    finished_run(store, "a", config)
    larger = config_of(batch_size=256)
    assert forecast(larger, store).peak_memory_mb > forecast(config, store).peak_memory_mb


def test_a_run_that_does_not_fit_is_refused_with_what_fits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(batch_size=256, student_size=1.0, method="rkd")
    cache_teacher(config)
    needed = forecast(config, store)
    enough = forecast(config.model_copy(update={"batch_size": 64}), store).peak_memory_mb
    monkeypatch.setattr(cost, "available_memory_mb", lambda busy: enough + 1)
    with pytest.raises(DoesNotFit) as refused:
        check_fits(config, needed, store)
    assert numbers.size(needed.peak_memory_mb * 2**20) in refused.value.message
    assert f"{numbers.size((enough + 1) * 2**20)} are free" in refused.value.message
    assert "batch size 64," in refused.value.advice


def test_a_smaller_batch_is_no_advice_where_the_teacher_needs_the_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(model="distilbert", batch_size=64, student_size=1)
    needed = forecast(config, store)
    image = forecast(config_of(model="resnet18"), store).peak_memory_mb
    monkeypatch.setattr(cost, "available_memory_mb", lambda busy: image + 1)
    with pytest.raises(DoesNotFit) as refused:
        check_fits(config, needed, store)
    assert "batch" not in refused.value.advice
    assert "ResNet-18 with its usual settings" in refused.value.advice


def test_where_nothing_fits_it_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "available_memory_mb", lambda busy: 100)
    for config, asked in (
        (config_of(), "run"),
        *((make_experiment(name), "experiment") for name in ("sweep", "missing_digit")),
    ):
        with pytest.raises(DoesNotFit, match=f"^This {asked} needs about .*Nothing that can be chosen here fits"):
            check_fits(config, Forecast(seconds=1, peak_memory_mb=1e9, basis="estimate"), store)


def test_a_run_that_fits_is_let_through(store: Store) -> None:
    fits = Forecast(seconds=1, peak_memory_mb=available_memory_mb() / 2, basis="estimate")
    check_fits(config_of(), fits, store)


def test_an_experiment_needs_what_the_costliest_of_its_cells_needs(store: Store) -> None:
    experiment = make_experiment("sweep", axes={"batch_size": (4, 256), "method": ("kd", "rkd")})
    cache_teacher(experiment.base)
    costliest = experiment.base.model_copy(update={"batch_size": 256, "method": "rkd"})
    assert peak_memory_mb(experiment, store) == peak_memory_mb(costliest, store)


def test_an_experiment_finds_the_teacher_of_its_widest_cell(store: Store) -> None:
    """More than 4,000 examples of one cell are another teacher for all."""
    axes = {"train_examples": (200, 6_000)}
    experiment = make_experiment("sweep", {"model": "resnet18", "dataset": "cifar10"}, axes)
    before = forecast_experiment(experiment, store).seconds
    cache_teacher(experiment.base)
    assert forecast_experiment(experiment, store).seconds == before
    cache_teacher(experiment.base.model_copy(update={"train_examples": 6_000}))
    assert forecast_experiment(experiment, store).seconds < before


@pytest.mark.parametrize(
    "name", ["sweep", "few_labels", "how_hot", "four_way", "importance", "sensitivity", "mistakes"]
)
def test_an_experiment_whose_students_are_kept_is_expected_to_take_less(store: Store, name: str) -> None:
    experiment = make_experiment(name, {"recovery_epochs": 0} if name == "sweep" else {}, seeds=2)
    cache_teacher(experiment.base)
    before = forecast_experiment(experiment, store)
    shared = dict(before.stages)["experiment"]
    for cell, seed, stage in product(experiment.settings_of_cells(), experiment.all_seeds(), experiment.entry.kept):
        with suppress(AssertionError):  # several cells share a student
            keep_stages(cell.model_copy(update={"seed": seed}), stage)
    after = forecast_experiment(experiment, store)
    left = dict(after.stages)["experiment"]
    assert left < shared
    if name in ("sweep", "few_labels", "how_hot", "sensitivity"):  # only what cells take beside training is left
        assert left == cost._students_seconds(experiment, [], experiment.entry.trained_examples(experiment))
    anew = forecast_experiment(experiment, store, anew=True)
    assert anew.anew and anew.seconds > before.seconds


def test_an_experiment_that_took_students_over_is_no_forecast_of_training_them(store: Store) -> None:
    experiment = make_experiment("how_hot")
    cache_teacher(experiment.base)
    kept = Kept(run="first", at="2026-01-01T00:00:00+00:00", device="a processor")
    examples = experiment.entry.trained_examples(experiment)
    taken = StageFinished(stage="distil", seconds=9, peak_memory_mb=1, examples=examples, kept=kept)
    store.add("second", experiment, None)
    whole = forecast_experiment(experiment, store).seconds
    store.append("second", [taken, StageFinished(stage="experiment", seconds=1e-3, peak_memory_mb=1),
                            RunFinished(seconds=1, peak_memory_mb=900)])  # fmt: skip
    store.finish("second", "finished")
    beside = cost._students_seconds(experiment, [], examples)
    expected = 1e-3 * cost._students_seconds(experiment, [], 0) / beside
    assert dict(forecast_experiment(experiment, store).stages)["experiment"] == pytest.approx(expected)
    assert forecast_experiment(experiment, store).seconds < whole


def test_a_method_that_compares_features_costs_a_pass_of_the_teacher(store):
    plain, compared = (forecast(make_config({"method": m}), store).seconds for m in ("kd", "attention"))
    assert compared > plain


def test_repeats_multiply_the_students_stages_and_not_the_teachers(store: Store) -> None:
    config = config_of()
    cache_teacher(config)
    keep_sweep(config.model_copy(update={"repeats": 3}))
    finished_run(store, "a", config)
    once, three_times = (forecast(config.model_copy(update={"repeats": n}), store) for n in (1, 3))
    # control 8, distil 8, the fixed second of pruning, and three of the four models of measure 10
    assert three_times.seconds - once.seconds == pytest.approx(2 * 24.5, abs=0.1)
    assert three_times.peak_memory_mb == once.peak_memory_mb


def test_a_teacher_that_is_deleted_while_it_is_looked_for_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of()
    cache_teacher(config)
    assert teachers.is_cached(config)
    read = Path.read_text

    def gone(self: Path, **how: str) -> str:
        if self.name == folders.DESCRIPTION_FILE:  # packages' versions are read from files, too
            raise FileNotFoundError(self)
        return read(self, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", gone)
    assert not teachers.is_cached(config)


@pytest.mark.parametrize("left", [None, b"", b'{"made_from": {', b"[1]"])
def test_a_damaged_teacher_is_no_teacher_to_the_forecast(store: Store, left: bytes | None) -> None:
    config = config_of()
    before = forecast(config, store)
    cache_teacher(config)
    assert forecast(config, store) != before
    (described,) = cache_dir("teachers").glob(f"*/{folders.DESCRIPTION_FILE}")
    described.unlink()
    if left is not None:
        described.write_bytes(left)
    assert forecast(config, store) == before


def test_a_finished_run_that_did_not_say_its_peak_changes_no_forecast_of_memory(store: Store) -> None:
    before = forecast(config_of(), store).peak_memory_mb
    store.add("odd", config_of(), None)
    store.append("odd", [StageFinished(stage="control", seconds=1, peak_memory_mb=5_000, examples=100)])
    store.finish("odd", "finished")
    assert forecast(config_of(), store).peak_memory_mb == before


@pytest.mark.parametrize("config", [make_config({}), make_experiment("sweep")])
def test_a_forecast_asks_once_for_the_teacher_and_for_recent_runs(
    store: Store, monkeypatch: pytest.MonkeyPatch, config: RunConfig | ExperimentConfig
) -> None:
    asked = list[str]()
    cached, recent_costs = teachers.cached, Store.recent_costs
    monkeypatch.setattr(teachers, "cached", lambda c: asked.append("teacher") or cached(c))
    monkeypatch.setattr(Store, "recent_costs", lambda s, model: asked.append("runs") or recent_costs(s, model))
    service.forecast(config)
    assert sorted(asked) == ["runs", "teacher"]
