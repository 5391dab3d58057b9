"""What a run will cost in time and memory, and whether it may start. Imports no torch.

A machine's pace, seconds per multiply-add (MAC), comes from its own recent runs of the model; before there are any,
from its matrix-product rate.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from statistics import median

from simulator.catalog.methods import METHODS
from simulator.catalog.model_info import Recipe
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.config.run import RunConfig
from simulator.data.availability import weights_state_soon
from simulator.errors import DoesNotFit
from simulator.events import Event, RunFinished, Stage, StageFinished
from simulator.experiments.config import ExperimentConfig
from simulator.figures import numbers
from simulator.host.machine import MB, available_memory_mb, bfloat16_hardware, matmul_flops
from simulator.runs.database.store import Forecast, Store
from simulator.runs.forecast.memory_advice import what_fits
from simulator.runs.forecast.workload import epoch_examples, macs_of_example, memory_mb, passes, work
from simulator.runs.kept import stages, teachers

__all__ = ["available_memory_mb", "check_fits", "forecast", "forecast_experiment"]

FLOPS_PER_MAC = 2

FIXED_SECONDS: dict[Stage, float] = {
    "prepare": 4.0,
    "teacher": 1.0,
    "control": 0.0,
    "distil": 0.0,
    "prune": 1.0,
    "recover": 0.0,
    "experiment": 0.0,
}
"""Seconds that a stage takes with any settings, until this machine has runs of its own; for measuring see Size."""

SCANNED_LAYERS = 20
"""Layers of a student that a scan goes through: 12 to 52, by the model."""


@dataclass(frozen=True)
class Cost:
    """What one stage of an earlier run took; ``work`` is in MACs, 0 where nothing was trained."""

    stage: Stage
    seconds: float
    work: float


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
    trains_teacher = not teacher
    costs = [cost for settings, events in recent for cost in _costs(settings, events)]
    kept = _kept_of_seeds(config, teacher) if teacher else ()
    return Forecast(
        seconds=sum(
            (_times(stage, config) - kept.count(stage)) * _stage_seconds(stage, config, trains_teacher, costs)
            for stage in _stages(config)
        ),
        peak_memory_mb=_peak_of_run(config, trains_teacher, recent),
        basis="recent runs" if recent else "estimate",
        kept=tuple(stage for stage in stages.KEPT if kept.count(stage) == config.repeats),
        anew=anew,
    )


def _kept_of_seeds(config: RunConfig, teacher: str) -> tuple[Stage, ...]:
    """The stages that will be taken over, each as often as there are seeds for which it is kept.

    Args:
        teacher: Its fingerprint.
    """
    seeds = range(config.seed, config.seed + config.repeats)
    of_seeds = [stages.found(config.model_copy(update={"seed": seed}), teacher) for seed in seeds]
    return tuple(stage for of_seed in of_seeds for stage in of_seed if stage in _stages(config))


def forecast_experiment(config: ExperimentConfig, store: Store) -> Forecast:
    """What an experiment is expected to cost on this machine: one teacher, all its students' training, and its cells.

    The pace of training comes from ordinary runs of the model. Where the same experiment was carried out here before,
    all is as much longer or shorter as it was then.

    Args:
        store: As for :func:`forecast`.
    """
    base = config.base
    trains_teacher = not teachers.is_cached(config.widest)
    recent = store.recent_costs(base.model)
    costs = [cost for settings, events in recent for cost in _costs(settings, events)]
    once = sum(_stage_seconds(stage, base, trains_teacher, costs) for stage in ("prepare", "teacher"))
    students = _students_seconds(config, costs)
    earlier = [(done, seconds) for done, events in store.recent_experiments(config.name, base.model)
               if not done.continues for seconds in _experiment_seconds(events)]  # fmt: skip
    if earlier:
        students *= sum(took for _, took in earlier) / sum(_students_seconds(done, costs) for done, _ in earlier)
    return Forecast(
        seconds=once + students,
        peak_memory_mb=_peak_of_experiment(config, trains_teacher),
        basis="recent runs" if earlier else "estimate",
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
    needed = memory_mb(config, _teacher_recipe(config, trains_teacher))
    peaks = [
        peak + needed - memory_mb(settings, _teacher_recipe(settings, _trained_teacher(events)))
        for settings, events in recent
        for peak in _peak(events)
    ]
    return max(peaks, default=needed)


def _peak_of_experiment(config: ExperimentConfig, trains_teacher: bool) -> float:
    recipe = _teacher_recipe(config.widest, trains_teacher)
    return max(memory_mb(cell, recipe) for cell in _cells(config))


def _cells(config: ExperimentConfig) -> list[RunConfig]:
    """The base with every combination of the axes' values that are settings of a run."""
    axes = {axis.setting: axis.values for axis in config.axes if axis.setting in RunConfig.model_fields}
    return [config.base.model_copy(update=dict(zip(axes, values, strict=True))) for values in product(*axes.values())]


def _students_seconds(config: ExperimentConfig, costs: list[Cost]) -> float:
    """Training all students of an experiment, and what its cells take beside; by estimate."""
    model = config.base.model
    trained = (
        config.entry.trained_examples(config) * passes("distil", _costliest(config)) * macs_of_example(config.base)
    )
    a_cell = config.entry.cell_seconds * MODELS[model].size.measure_seconds / MODELS[DEFAULT_MODEL].size.measure_seconds
    places = config.places()
    cells = len(places) if places is not None else SCANNED_LAYERS * config.seeds * len(config.axes[0].values)
    return trained * _pace("distil", model, costs) + cells * a_cell


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


# -- time


def _stages(config: RunConfig) -> list[Stage]:
    stages: list[Stage] = ["prepare", "teacher", "control", "distil", "prune", "recover", "measure"]
    return [stage for stage in stages if stage != "recover" or config.epochs_after_pruning]


def _times(stage: Stage, config: RunConfig) -> int:
    """How often a stage is carried out: the student's once a seed, the teacher's once."""
    return 1 if stage in ("prepare", "teacher") else config.repeats


def _stage_seconds(stage: Stage, config: RunConfig, trains_teacher: bool, costs: list[Cost]) -> float:
    macs = work(stage, _examples(stage, config, trains_teacher), config)
    if macs:
        return macs * _pace(stage, config.model, costs)
    fixed = [cost.seconds for cost in costs if cost.stage == stage and not cost.work]
    if fixed:
        return median(fixed)
    return MODELS[config.model].size.measure_seconds if stage == "measure" else FIXED_SECONDS[stage]


def _pace(stage: Stage, model: str, costs: list[Cost]) -> float:
    """Seconds per MAC: of this stage in recent runs, else of any training in them, else estimated.

    All their seconds over all their work, so that a short trial, most of which is not training steps, counts little.
    """
    trained = [cost for cost in costs if cost.work]
    counted = [cost for cost in trained if cost.stage == stage] or trained
    if not counted:
        return FLOPS_PER_MAC / (matmul_flops() * MODELS[model].size.efficiency[bfloat16_hardware()])
    return sum(cost.seconds for cost in counted) / sum(cost.work for cost in counted)


def _examples(stage: Stage, config: RunConfig, trains_teacher: bool) -> int:
    """Training examples the stage will see, each epoch anew."""
    if stage == "teacher":
        recipe = _teacher_recipe(config, trains_teacher)
        epochs = recipe.epochs if recipe else 0
    else:
        by_stage = {"control": config.epochs, "distil": config.epochs, "recover": config.epochs_after_pruning}
        epochs = by_stage.get(stage, 0)
    return epoch_examples(stage, config) * epochs


def _teacher_recipe(config: RunConfig, trains_teacher: bool) -> Recipe | None:
    return teachers.recipe(config.model, _likely_source(config)) if trains_teacher else None


def _likely_source(config: RunConfig) -> str:
    """Where the teacher's weights will come from; until that is known, the source that takes longer."""
    if config.weights != "auto":
        return config.weights
    return "pretrained" if weights_state_soon(config.model) in ("cached", "reachable") else "scratch"


def _costs(config: RunConfig, events: list[Event]) -> list[Cost]:
    stages = [event for event in events if isinstance(event, StageFinished)]
    return [Cost(e.stage, e.seconds, work(e.stage, e.examples, config)) for e in stages]


def _peak(events: list[Event]) -> list[float]:
    """The measured peak of a finished run, and of the runs whose stages it took over; empty if it has none."""
    ended = [event for event in events if isinstance(event, RunFinished | StageFinished)]
    is_finished = any(isinstance(event, RunFinished) for event in ended)
    return [max(event.peak_memory_mb for event in ended)] if is_finished else []


def _trained_teacher(events: list[Event]) -> bool:
    return any(isinstance(event, StageFinished) and event.stage == "teacher" and event.examples for event in events)
