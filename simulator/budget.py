"""What a run will cost in time and memory, and whether it may start. Imports no torch.

A machine's pace, seconds per multiply-add (MAC), comes from its own recent runs of the model; before there are any,
from its matrix-product rate.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

from simulator import teachers
from simulator.availability import weights_state_soon
from simulator.catalog import MODELS
from simulator.config import RunConfig
from simulator.distillation_catalog import METHODS
from simulator.errors import DoesNotFit
from simulator.events import Event, RunFinished, Stage, StageFinished
from simulator.machine import available_memory_mb, bfloat16_hardware, matmul_flops
from simulator.store import Forecast, Store
from simulator.studies.config import StudyConfig
from simulator.workload import SIZES, epoch_examples, macs_of_example, memory_mb, passes, work

__all__ = ["available_memory_mb", "check_fits", "forecast", "forecast_study"]

FLOPS_PER_MAC = 2

FIXED_SECONDS: dict[Stage, float] = {
    "prepare": 4.0,
    "teacher": 1.0,
    "control": 0.0,
    "distil": 0.0,
    "prune": 1.0,
    "recover": 0.0,
    "study": 0.0,
}
"""What a stage takes whatever the settings, before this machine has runs of its own to tell; measuring: see Size."""

DEFAULT_MODEL = "resnet18"
"""The one that a study's seconds a cell were measured with."""

SCANNED_LAYERS = 20
"""Layers of a student that a scan goes through: 12 to 52, by the model."""


@dataclass(frozen=True)
class Cost:
    """What one stage of an earlier run took; ``work`` is in MACs, 0 where nothing was trained."""

    stage: Stage
    seconds: float
    work: float


def forecast(config: RunConfig, store: Store) -> Forecast:
    """What a run is expected to cost on this machine.

    Args:
        config: The run's settings.
        store: Holds this machine's own runs; the latest five of the same model decide.

    Returns:
        Seconds and peak memory in MiB, with the basis they rest on.
    """
    trains_teacher = not teachers.is_cached(config)
    recent = store.recent_costs(config.model)
    costs = [cost for settings, said in recent for cost in _costs(settings, said)]
    needed = memory_mb(config, trains_teacher)
    # an earlier run's measured peak, plus what the estimate says these settings change about it
    peaks = [
        peak + needed - memory_mb(settings, _trained_teacher(said)) for settings, said in recent for peak in _peak(said)
    ]
    return Forecast(
        seconds=sum(
            _times(stage, config) * _stage_seconds(stage, config, trains_teacher, costs) for stage in _stages(config)
        ),
        peak_memory_mb=max(peaks, default=needed),
        basis="recent runs" if recent else "estimate",
    )


def forecast_study(config: StudyConfig, store: Store) -> Forecast:
    """What a study is expected to cost on this machine: one teacher, all its students' training, and its cells.

    The pace of training comes from ordinary runs of the model. Where the same study was carried out here before, all
    is as much longer or shorter as it was then.

    Args:
        store: As for :func:`forecast`.
    """
    base = config.base
    trains_teacher = not teachers.is_cached(base)
    recent = store.recent_costs(base.model)
    costs = [cost for settings, said in recent for cost in _costs(settings, said)]
    once = sum(_stage_seconds(stage, base, trains_teacher, costs) for stage in ("prepare", "teacher"))
    students = _students_seconds(config, costs)
    earlier = [(done, seconds) for done, said in store.recent_studies(config.study, base.model)
               if not done.continues for seconds in _study_seconds(said)]  # fmt: skip
    if earlier:
        students *= sum(took for _, took in earlier) / sum(_students_seconds(done, costs) for done, _ in earlier)
    return Forecast(
        seconds=once + students,
        peak_memory_mb=memory_mb(base, trains_teacher),
        basis="recent runs" if earlier else "estimate",
    )


def _students_seconds(config: StudyConfig, costs: list[Cost]) -> float:
    """Training all students of a study, and what its cells take beside; by estimate."""
    model = config.base.model
    trained = (
        config.entry.trained_examples(config) * passes("distil", _costliest(config)) * macs_of_example(config.base)
    )
    a_cell = config.entry.cell_seconds * SIZES[model].measure_seconds / SIZES[DEFAULT_MODEL].measure_seconds
    places = config.places()
    cells = len(places) if places is not None else SCANNED_LAYERS * config.seeds * len(config.axes[0].values)
    return trained * _pace("distil", model, costs) + cells * a_cell


def _study_seconds(said: list[Event]) -> list[float]:
    """What the stage of the students took."""
    return [event.seconds for event in said if isinstance(event, StageFinished) and event.stage == "study"]


def _costliest(config: StudyConfig) -> RunConfig:
    """The base, with a method that needs the teacher at every step where some cells have one."""
    methods = [value for axis in config.axes if axis.setting == "method" for value in axis.values]
    compared = [method for method in methods if METHODS[str(method)].compares_features]
    return config.base.model_copy(update={"method": compared[0]}) if compared else config.base


def check_fits(config: RunConfig, forecast: Forecast, busy: Collection[int] = ()) -> None:
    """Refuse a run that this machine's free memory does not hold.

    Args:
        busy: As for :func:`simulator.machine.available_memory_mb`.

    Raises:
        DoesNotFit: with what it needs, what there is, and what to change.
    """
    available = available_memory_mb(busy)
    if forecast.peak_memory_mb > available:
        raise DoesNotFit(
            f"This run needs about {forecast.peak_memory_mb:,.0f} MB of memory and {available:,.0f} MB are free.",
            _smaller(config),
        )


def _smaller(config: RunConfig) -> str:
    """What to change so that the run needs less: only what can still be made smaller."""
    kind = MODELS[config.model].kind
    ways = [f"a batch size below {config.batch_size}"] if config.batch_size > 4 else []
    ways += ["image size 32"] if kind == "image" and config.image_size > 32 else []
    ways += ["a smaller student"] if config.student_size > min(MODELS[config.model].student.values) else []
    ways += ["one of the image models"] if kind == "text" else []
    return f"Choose {', or '.join(ways)}; or close other programs." if ways else "Close other programs."


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
    return SIZES[config.model].measure_seconds if stage == "measure" else FIXED_SECONDS[stage]


def _pace(stage: Stage, model: str, costs: list[Cost]) -> float:
    """Seconds per MAC: of this stage in recent runs, else of any training in them, else estimated.

    All their seconds over all their work, so that a short trial, whose steps are the least of it, has little say.
    """
    trained = [cost for cost in costs if cost.work]
    counted = [cost for cost in trained if cost.stage == stage] or trained
    if not counted:
        return FLOPS_PER_MAC / (matmul_flops() * SIZES[model].efficiency[bfloat16_hardware()])
    return sum(cost.seconds for cost in counted) / sum(cost.work for cost in counted)


def _examples(stage: Stage, config: RunConfig, trains_teacher: bool) -> int:
    """Training examples the stage will see, each epoch anew."""
    if stage == "teacher":
        epochs = teachers.recipe(config.model, _likely_source(config)).epochs if trains_teacher else 0
    else:
        by_stage = {"control": config.epochs, "distil": config.epochs, "recover": config.epochs_after_pruning}
        epochs = by_stage.get(stage, 0)
    return epoch_examples(stage, config) * epochs


def _likely_source(config: RunConfig) -> str:
    """Where the teacher's weights will come from; while that is being found out, what takes longer."""
    if config.weights != "auto":
        return config.weights
    return "pretrained" if weights_state_soon(config.model) in ("cached", "reachable") else "scratch"


def _costs(config: RunConfig, said: list[Event]) -> list[Cost]:
    stages = [event for event in said if isinstance(event, StageFinished)]
    return [Cost(e.stage, e.seconds, work(e.stage, e.examples, config)) for e in stages]


def _peak(said: list[Event]) -> list[float]:
    """A finished run's measured peak; none where it did not say it."""
    return [event.peak_memory_mb for event in said if isinstance(event, RunFinished)]


def _trained_teacher(said: list[Event]) -> bool:
    return any(isinstance(event, StageFinished) and event.stage == "teacher" and event.examples for event in said)
