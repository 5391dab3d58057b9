"""The parts of an experiment: its texts, its default settings, and how its numbers become sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal, Protocol

from pydantic import Field

from simulator.catalog.model_info import Kind
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.events import CellFinished, Conclusion, Coordinates, Stage
from simulator.events.fields import Record

AxisValue = bool | int | float | str
Place = tuple[Coordinates, int]
"""A cell to measure: its coordinates and its seed."""

MOST_VALUES = 12


class Axis(Record):
    """A setting that varies over an experiment, and the values it takes."""

    setting: str
    values: tuple[AxisValue, ...] = Field(min_length=1, max_length=MOST_VALUES)


class Design(Protocol):
    """The settings that an experiment reads: the run that all cells share, what varies, and the seeds."""

    @property
    def base(self) -> RunConfig:
        """The settings that all cells share; its ``seed`` is the first of the seeds."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What varies."""

    @property
    def seeds(self) -> int:
        """How many seeds every cell is measured with."""

    def values(self, setting: str) -> tuple[AxisValue, ...]:
        """The values of an axis."""

    def all_seeds(self) -> range:
        """The seeds that every cell is measured with."""


PRUNING = (
    "pruning", "importance", "scope", "layer_sparsity", "target_sparsity", "recovery_epochs", "schedule", "rounds",
    "recovery_with_teacher", "also_prune", "round_to",
)  # fmt: skip
"""Settings of a run that are ignored if nothing is pruned."""


@dataclass(frozen=True)
class Quantities:
    """What is measured in an experiment's cells.

    Attributes:
        titles: Name -> title; the first is the most important.
        plain: Those that are not fractions.
        references: Name -> (a published figure, its source).
    """

    titles: Mapping[str, str]
    plain: tuple[str, ...] = ()
    references: Mapping[str, tuple[float, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """A named experiment.

    Attributes:
        question: One sentence with a question mark.
        hypothesis: What the literature leads one to expect.
        predictions: What a student may predict before the run: key -> sentence. A conclusion's ``answer`` is a key.
        look_for: What to watch while the table fills.
        signs: What to look for in single cells: name -> sentence.
        paper: Source of the idea.
        settings: Where the base RunConfig differs from its defaults.
        axes: Name -> default values. A name that is a field of RunConfig takes that field's bounds.
        seeds: Number of seeds by default.
        cell_seconds: Roughly what a cell takes besides training: pruning and measuring, with ResNet-18 on two cores.
        kind: The kind of models it works with; None means any.
        dataset: The only data set it works with; empty means any.
        any_axes: Whether the axes may be other fields of RunConfig than the default ones.
        own_bounds: Axis name -> (lowest, highest), for axes that are not fields of RunConfig.
        ignored: Settings of a run that it ignores: they must be left at their defaults.
        about: What it asks about, the teacher or the temperature; methods without that are refused.
        refusal: Why a config that is otherwise valid cannot be carried out; "" if it can.
        places: Every cell of a config; None if only the engine knows them (the layers of a model).
        kept: The stages of a run that its students go through: they are kept and taken over.
        trained_examples: Number of examples that the students see in training, over all epochs and seeds: its cost.
        conclude: Turns all cells into a conclusion.
    """

    name: str
    title: str
    question: str
    hypothesis: str
    predictions: Mapping[str, str]
    look_for: str
    paper: str
    quantities: Quantities
    axes: Mapping[str, tuple[AxisValue, ...]]
    trained_examples: Callable[[Design], int]
    conclude: Callable[[Design, Sequence[CellFinished]], Conclusion]
    refusal: Callable[[Design], str] | None = None
    places: Callable[[Design], list[Place]] | None = None
    signs: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: int = 3
    cell_seconds: float = 0.5
    kept: tuple[Stage, ...] = ()
    kind: Kind | None = None
    dataset: str = ""
    any_axes: bool = False
    ignored: tuple[str, ...] = ()
    about: Literal["teacher", "temperature", ""] = ""
    own_bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        """The names of the models that it works with."""
        return [model.name for model in MODELS.values() if self.kind in (None, model.kind)]


def examples_of_shared_distillations(config: Design) -> int:
    """Examples seen in training if the cells of a seed share one distillation, and each has a recovery of its own."""
    base, cells = config.base, config.seeds * prod(len(axis.values) for axis in config.axes)
    return base.train_examples * (config.seeds * base.epochs + cells * base.recovery_epochs)


def refusal_of_fixed_sparsity(config: Design) -> str:
    """Why an experiment that sets the sparsity itself cannot use these settings; "" if it can."""
    if config.base.pattern.only_sparsity is not None:
        return f"pruning {config.base.pruning} has only one sparsity: choose unstructured or structured"
    if config.base.by_hand:
        return "scope by_hand fixes what each layer loses: choose global or layer_wise"
    return ""
