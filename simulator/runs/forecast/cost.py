"""What a run will cost in time and memory, and whether it may start. Imports no torch."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product

from simulator.catalog.methods import METHODS
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.config.run import RunConfig
from simulator.errors import DoesNotFit
from simulator.events import Event, RunFinished, Stage, StageFinished
from simulator.experiments.config import ExperimentConfig
from simulator.figures import numbers
from simulator.host.machine import MB, available_memory_mb
from simulator.runs.database.store import Forecast, Store
from simulator.runs.forecast.memory_advice import what_fits
from simulator.runs.forecast.stage_seconds import Cost, costs_of, once, pace, plan, teacher_recipe
from simulator.runs.forecast.workload import macs_of_example, memory_mb, passes
from simulator.runs.kept import folders, stages, teachers

__all__ = ["available_memory_mb", "check_fits", "forecast", "forecast_experiment"]

SCANNED_LAYERS = 20
"""Layers of a student that a scan goes through: 12 to 52, by the model."""


def forecast(config: RunConfig, store: Store, anew: bool = False) -> Forecast:
    """What a run is expected to cost on this machine.

    Args:
        config: The run's settings.
        store: Holds this machine's own runs; the latest five of the same model decide.
        anew: Whether every stage is carried out, also those that are kept.

    Returns:
        Seconds and peak memory in MiB, with the basis they rest on. Memory is that of a run that trains its students:
        a kept stage may turn out to be damaged.
    """
    teacher, recent = "" if anew else teachers.cached(config), store.recent_costs(config.model)
    costs = [cost for settings, events in recent for cost in costs_of(settings, events)]
    planned = plan(config, teacher, costs)
    return Forecast(
        seconds=sum(seconds for _, seconds in planned),
        peak_memory_mb=_peak_of_run(config, not teacher, recent),
        basis="recent runs" if recent else "estimate",
        kept=_kept_of_all_seeds(config, teacher) if teacher else (),
        stages=tuple(planned),
        anew=anew,
    )


def _kept_of_all_seeds(config: RunConfig, teacher: str) -> tuple[Stage, ...]:
    """The stages that will be taken over for every seed.

    Args:
        teacher: Its fingerprint.
    """
    seeds = range(config.seed, config.seed + config.repeats)
    of_seeds = [stages.found(config.model_copy(update={"seed": seed}), teacher) for seed in seeds]
    known = [stage for stage in stages.KEPT if all(stage in of_seed for of_seed in of_seeds)]
    return tuple(stage for stage in known if stage != "recover" or config.epochs_after_pruning)


def forecast_experiment(config: ExperimentConfig, store: Store, anew: bool = False) -> Forecast:
    """What an experiment is expected to cost on this machine: one teacher, all its students' training, and its cells.

    The pace of training comes from ordinary runs of the model. Where the same experiment was carried out here before,
    all is as much longer or shorter as it was then.

    Args:
        store, anew: As for :func:`forecast`.
    """
    base = config.base
    teacher = "" if anew else teachers.cached(config.widest)
    trains_teacher = not teacher
    recent = store.recent_costs(base.model)
    costs = [cost for settings, events in recent for cost in costs_of(settings, events)]
    shared = once(base, trains_teacher, costs)
    students = _students_seconds(config, costs, _kept_examples(config, teacher) if teacher else 0)
    earlier = [(_students_seconds(done, costs, _taken_over(events)), seconds)
               for done, events in store.recent_experiments(config.name, base.model)
               if not done.continues for seconds in _experiment_seconds(events)]  # fmt: skip
    if earlier:
        students *= sum(took for _, took in earlier) / sum(expected for expected, _ in earlier)
    return Forecast(
        seconds=sum(seconds for _, seconds in shared) + students,
        peak_memory_mb=_peak_of_experiment(config, trains_teacher),
        basis="recent runs" if earlier else "estimate",
        stages=(*shared, ("experiment", students)),
        anew=anew,
    )


def peak_memory_mb(config: RunConfig | ExperimentConfig, store: Store) -> float:
    """The memory that a run or an experiment is expected to need at most, MiB.

    Of a run: an earlier run's measured peak, plus what the estimate says these settings change about it. Of an
    experiment: the estimate for the costliest of its cells.

    Args:
        store: As for :func:`forecast`.
    """
    if isinstance(config, ExperimentConfig):
        return _peak_of_experiment(config, not teachers.is_cached(config.widest))
    return _peak_of_run(config, not teachers.is_cached(config), store.recent_costs(config.model))


def _peak_of_run(config: RunConfig, trains_teacher: bool, recent: list[tuple[RunConfig, list[Event]]]) -> float:
    needed = memory_mb(config, teacher_recipe(config, trains_teacher))
    peaks = [
        peak + needed - memory_mb(settings, teacher_recipe(settings, _trained_teacher(events)))
        for settings, events in recent
        for peak in _peak(events)
    ]
    return max(peaks, default=needed)


def _peak_of_experiment(config: ExperimentConfig, trains_teacher: bool) -> float:
    recipe = teacher_recipe(config.widest, trains_teacher)
    return max(memory_mb(cell, recipe) for cell in config.settings_of_cells())


def _students_seconds(config: ExperimentConfig, costs: list[Cost], kept_examples: int) -> float:
    """Training all students of an experiment, and what its cells take beside; by estimate.

    Args:
        kept_examples: The training examples, over all epochs, of the students that are taken over.
    """
    model = config.base.model
    examples = max(0, config.entry.trained_examples(config) - kept_examples)
    trained = examples * passes("distil", _costliest(config)) * macs_of_example(config.base)
    a_cell = config.entry.cell_seconds * MODELS[model].size.measure_seconds / MODELS[DEFAULT_MODEL].size.measure_seconds
    places = config.places()
    cells = len(places) if places is not None else SCANNED_LAYERS * config.seeds * len(config.axes[0].values)
    return trained * pace("distil", model, costs) + cells * a_cell


def _kept_examples(config: ExperimentConfig, teacher: str) -> int:
    """The training examples, over all epochs, of an experiment's students that are kept.

    Args:
        teacher: Its fingerprint.
    """
    places = []
    for cell in config.settings_of_cells():
        for stage, seed in product(config.entry.kept, config.all_seeds()):
            inputs = stages.made_from(stage, cell.model_copy(update={"seed": seed}), teacher)
            places.append((stages.folder(inputs, cell), inputs, cell.epochs * cell.train_examples))
    there = {folder for folder, inputs in {f: i for f, i, _ in places}.items() if folders.made_from(folder) == inputs}
    examples = [(folder, number) for folder, _, number in places if folder in there]
    # a sweep counts every cell's training, also those that several cells share
    return sum(number for _, number in (examples if config.entry.any_axes else dict(examples).items()))


def _taken_over(events: list[Event]) -> int:
    """The training examples of the students that an earlier experiment took over."""
    return sum(event.examples for event in events if isinstance(event, StageFinished) and event.kept)


def _experiment_seconds(events: list[Event]) -> list[float]:
    """The seconds that the stage of the students took."""
    return [event.seconds for event in events if isinstance(event, StageFinished) and event.stage == "experiment"]


def _costliest(config: ExperimentConfig) -> RunConfig:
    """The base, with a method that needs the teacher at every step where some cells have one."""
    methods = [value for axis in config.axes if axis.setting == "method" for value in axis.values]
    compared = [method for method in methods if METHODS[str(method)].compares_features]
    return config.base.model_copy(update={"method": compared[0]}) if compared else config.base


def check_fits(
    config: RunConfig | ExperimentConfig, forecast: Forecast, store: Store, busy: Collection[int] = ()
) -> None:
    """Refuse a run or an experiment that this machine's free memory does not hold.

    Args:
        store: As for :func:`forecast`.
        busy: As for :func:`simulator.host.machine.available_memory_mb`.

    Raises:
        DoesNotFit: with what it needs, what there is, and what to change so that it fits.
    """
    available = available_memory_mb(busy)
    if forecast.peak_memory_mb > available:
        asked = "experiment" if isinstance(config, ExperimentConfig) else "run"
        raise DoesNotFit(
            f"This {asked} needs about {numbers.size(forecast.peak_memory_mb * MB)} of memory and "
            f"{numbers.size(available * MB)} are free.",
            what_fits(config, lambda changed: peak_memory_mb(changed, store) <= available),
        )


def _peak(events: list[Event]) -> list[float]:
    """The measured peak of a finished run, and of the runs whose stages it took over; empty if it has none."""
    ended = [event for event in events if isinstance(event, RunFinished | StageFinished)]
    is_finished = any(isinstance(event, RunFinished) for event in ended)
    return [max(event.peak_memory_mb for event in ended)] if is_finished else []


def _trained_teacher(events: list[Event]) -> bool:
    return any(isinstance(event, StageFinished) and event.stage == "teacher" and event.examples for event in events)
