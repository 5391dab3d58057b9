"""How long each stage of a run takes on this machine. Imports no torch.

A machine's pace, seconds per multiply-add (MAC), comes from its own recent runs of the model; before there are any,
from its matrix-product rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Literal

from simulator.catalog.model_info import Recipe
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.data.availability import weights_state_soon
from simulator.events import VARIANTS, Event, Stage, StageFinished, Swept, Variant
from simulator.host.machine import bfloat16_hardware, matmul_flops
from simulator.runs.forecast.workload import TRAINING, epoch_examples, sweep_work, work
from simulator.runs.kept import measurements, stages, sweeps, teachers

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
"""Seconds of a stage with any settings, until this machine has runs of its own; for measuring see Size."""

TIMING_SHARE = 0.6
"""The part of a model's measuring that is its timing, which every run does, even if the rest is kept. An estimate from
one profile of ResNet-18, used for forecasts only."""


@dataclass(frozen=True)
class Cost:
    """What one stage of an earlier run took; the sweep over sparsities, a part of measuring, is counted by itself.

    Attributes:
        work: In MACs where something was trained and in a sweep, in models where they were measured; else 0.
    """

    stage: Stage | Literal["sweep"]
    seconds: float
    work: float


Planned = tuple[Stage, float]
"""A stage and its seconds."""


def plan(config: RunConfig, teacher: str, costs: list[Cost]) -> list[Planned]:
    """The stages of a run in their order, the student's once a seed, each with the seconds that it is expected to take.

    Args:
        teacher: The fingerprint of the teacher that is kept; "" if all is carried out.
        costs: Of recent runs of the model.
    """
    of_students = [stage for repeat in range(config.repeats) for stage in _of_seed(repeat, config, teacher, costs)]
    return [*once(config, not teacher, costs), *of_students]


def once(config: RunConfig, trains_teacher: bool, costs: list[Cost]) -> list[Planned]:
    """The stages that all seeds share."""
    shared: tuple[Stage, ...] = ("prepare", "teacher")
    return [(stage, stage_seconds(stage, config, trains_teacher, costs)) for stage in shared]


def _of_seed(repeat: int, config: RunConfig, teacher: str, costs: list[Cost]) -> list[Planned]:
    of_seed = config.model_copy(update={"seed": config.seed + repeat})
    kept = stages.found(of_seed, teacher) if teacher else ()
    known = measurements.found(of_seed, teacher) if teacher else ()
    names = variants(config, repeat)
    models = measuring(len(names), len(set(names) - set(known)))
    planned = [(stage, 0.0 if stage in kept else stage_seconds(stage, config, not teacher, costs))
               for stage in stages.KEPT if stage != "recover" or config.epochs_after_pruning]  # fmt: skip
    sweeps_here = sweeps.has_sweep(of_seed) and not (teacher and sweeps.found(of_seed, teacher))
    sweep = sweep_seconds(config, costs) if sweeps_here else 0.0
    return [*planned, ("measure", models * seconds_of_a_model(config.model, costs) + sweep)]


def variants(config: RunConfig, repeat: int) -> list[Variant]:
    """What is measured with one seed: the teacher only with the first."""
    left_out: set[Variant] = set() if config.epochs_after_pruning else {"recovered"}
    return [name for name in VARIANTS if name not in left_out | ({"teacher"} if repeat else set())]


def measuring(timed: int, measured: int) -> float:
    """The work of timing and measuring these numbers of models; a model that is both timed and measured counts 1."""
    return TIMING_SHARE * timed + (1 - TIMING_SHARE) * measured


def seconds_of_a_model(model: str, costs: list[Cost]) -> float:
    """Seconds for timing and measuring one model."""
    past = [cost for cost in costs if cost.stage == "measure"]
    if not past:
        return MODELS[model].size.measure_seconds / len(VARIANTS)
    return sum(cost.seconds for cost in past) / sum(cost.work for cost in past)


def sweep_seconds(config: RunConfig, costs: list[Cost]) -> float:
    """Seconds of a sweep over sparsities that is carried out."""
    past = [cost for cost in costs if cost.stage == "sweep"]
    if not past:
        return sweep_work(config) * pace("distil", config.model, costs)
    return sweep_work(config) * sum(cost.seconds for cost in past) / sum(cost.work for cost in past)


def stage_seconds(stage: Stage, config: RunConfig, trains_teacher: bool, costs: list[Cost]) -> float:
    """Seconds of a stage that is carried out, except measuring."""
    macs = work(stage, examples(stage, config, trains_teacher), config)
    if macs:
        return macs * pace(stage, config.model, costs)
    fixed = [cost.seconds for cost in costs if cost.stage == stage and not cost.work]
    return median(fixed) if fixed else FIXED_SECONDS[stage]


def pace(stage: Stage, model: str, costs: list[Cost]) -> float:
    """Seconds per MAC: of this stage in recent runs, else of any training in them, else estimated.

    All their seconds over all their work, so that a short trial, most of which is not training steps, counts little.
    """
    trained = [cost for cost in costs if cost.work and cost.stage in TRAINING]
    counted = [cost for cost in trained if cost.stage == stage] or trained
    if not counted:
        return FLOPS_PER_MAC / (matmul_flops() * MODELS[model].size.efficiency[bfloat16_hardware()])
    return sum(cost.seconds for cost in counted) / sum(cost.work for cost in counted)


def examples(stage: Stage, config: RunConfig, trains_teacher: bool) -> int:
    """Training examples the stage will see, each epoch anew."""
    if stage == "teacher":
        recipe = teacher_recipe(config, trains_teacher)
        epochs = recipe.epochs if recipe else 0
    else:
        by_stage = {"control": config.epochs, "distil": config.epochs, "recover": config.epochs_after_pruning}
        epochs = by_stage.get(stage, 0)
    return epoch_examples(stage, config) * epochs


def teacher_recipe(config: RunConfig, trains_teacher: bool) -> Recipe | None:
    """How the teacher is trained; None if it is not."""
    return teachers.recipe(config.model, _likely_source(config)) if trains_teacher else None


def _likely_source(config: RunConfig) -> str:
    """Where the teacher's weights will come from; until that is known, the source that takes longer."""
    if config.weights != "auto":
        return config.weights
    return "pretrained" if weights_state_soon(config.model) in ("cached", "reachable") else "scratch"


def costs_of(config: RunConfig, events: list[Event]) -> list[Cost]:
    """What each stage of an earlier run took; for a stage that it took over, what the first run took."""
    ended = [event for event in events if isinstance(event, StageFinished)]
    costs = [Cost(e.stage, e.seconds, work(e.stage, e.examples, config)) for e in ended if e.stage != "measure"]
    swept = {e.repeat: e for e in events if isinstance(e, Swept)}
    for repeat, event in enumerate(e for e in ended if e.stage == "measure"):
        timed = len(variants(config, repeat))
        measured = timed if event.measured is None else event.measured
        sweep = swept.get(repeat)
        in_sweep = sweep.seconds if sweep and not sweep.kept else 0.0
        costs.append(Cost("measure", event.seconds - in_sweep, measuring(timed, measured)))
    return [*costs, *(Cost("sweep", sweep.seconds, sweep_work(config)) for sweep in swept.values())]
