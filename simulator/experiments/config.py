"""ExperimentConfig: everything that decides an experiment, as RunConfig does for an ordinary run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, TypeAdapter, ValidationError, model_validator

from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.config.data_rules import Datasets
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from simulator.errors import InvalidConfig
from simulator.events import CellFinished, Conclusion
from simulator.events.fields import Record
from simulator.experiments.base import Axis, AxisValue, Experiment, Place
from simulator.experiments.catalog import EXPERIMENTS
from simulator.figures.numbers import setting

MOST_SEEDS = 5
ONE_SEED = (
    "One seed cannot tell an effect from chance: this is only what that seed did. Use more seeds to draw a conclusion."
)
SAME_TEACHER = (
    "student_size", "train_examples", "labels", "method", "temperature", "alpha", "beta", "epochs", "pruning",
    "importance", "scope", "target_sparsity", "round_to", "recovery_epochs", "schedule", "rounds",
    "recovery_with_teacher", "learning_rate", "batch_size",
)  # fmt: skip
"""Settings that a sweep may vary: all its cells share one teacher, and the seeds are an axis of their own."""


class ExperimentConfig(Record):
    """Everything that decides an experiment. Equal configs give equal cells where equal RunConfigs give equal runs.

    Attributes:
        name: In the catalogue.
        base: The settings that all cells share; its ``seed`` is the first of the seeds.
        axes: What varies; at most two.
        seeds: How many seeds every cell is measured with: ``base.seed`` and those after it.
        continues: The id of an ended run of the same experiment whose cells need not be measured again; "" for none.
    """

    kind: Literal["experiment"] = "experiment"
    name: str
    base: RunConfig
    axes: tuple[Axis, ...] = Field((), max_length=2)
    seeds: int = Field(1, ge=1, le=MOST_SEEDS)
    continues: str = ""

    @property
    def entry(self) -> Experiment:
        """The experiment's entry in the catalogue."""
        return EXPERIMENTS[self.name]

    def values(self, setting: str) -> tuple[AxisValue, ...]:
        """The values of an axis."""
        return next(axis.values for axis in self.axes if axis.setting == setting)

    def all_seeds(self) -> range:
        """The seeds that every cell is measured with."""
        return range(self.base.seed, self.base.seed + self.seeds)

    @property
    def widest(self) -> RunConfig:
        """The settings of a cell with the most training examples: its data and its teacher are those of all cells."""
        most = max((axis.values for axis in self.axes if axis.setting == "train_examples"), default=())
        return with_settings(self.base, {"train_examples": max(most)} if most else {})

    def settings_of_cells(self) -> Iterator[RunConfig]:
        """The settings of a run in every cell: the base with each combination of the axes' values that are settings."""
        axes = {axis.setting: axis.values for axis in self.axes if axis.setting in SETTINGS}
        for values in product(*axes.values()):
            yield with_settings(self.base, dict(zip(axes, values, strict=True)))

    def conclude(self, cells: Sequence[CellFinished]) -> Conclusion:
        """The conclusion from all cells; with one seed, no prediction is called right or wrong."""
        conclusion = self.entry.conclude(self, cells)
        if self.seeds > 1:
            return conclusion
        return conclusion.model_copy(
            update={"sentences": (ONE_SEED, *conclusion.sentences), "answer": "", "shown": False}
        )

    def places(self) -> list[Place] | None:
        """Every cell, in the order of measuring; None if only the engine knows them."""
        return self.entry.places(self) if self.entry.places else None

    @model_validator(mode="after")
    def check_experiment(self) -> Self:
        """Refuse settings that the experiment does not work with, and name those that it does."""
        experiment = EXPERIMENTS.get(self.name)
        if experiment is None:
            raise ValueError(f"there is no experiment {self.name!r}: choose {', '.join(EXPERIMENTS)}")
        if self.base.model not in experiment.models:
            raise ValueError(
                f"{experiment.name} does not work with {self.base.model}: choose {', '.join(experiment.models)}"
            )
        if experiment.dataset and self.base.dataset != experiment.dataset:
            raise ValueError(f"{experiment.name} does not work on {self.base.dataset}: choose {experiment.dataset}")
        names = [axis.setting for axis in self.axes]
        allowed = SAME_TEACHER if experiment.any_axes else tuple(experiment.axes)
        if wrong := [name for name in names if name not in allowed]:
            raise ValueError(f"{experiment.name} cannot vary {wrong[0]}: choose {', '.join(allowed)}")
        if len(set(names)) < len(names) or (not experiment.any_axes and set(names) != set(experiment.axes)):
            raise ValueError(
                f"{experiment.name} varies {', '.join(experiment.axes)}, each once, and not {', '.join(names)}"
            )
        for axis in self.axes:
            self._check_values(experiment, axis)
        if experiment.any_axes:
            self._check_together()
        if experiment.refusal and (refused := experiment.refusal(self)):
            raise ValueError(refused)
        return self

    def _check_values(self, experiment: Experiment, axis: Axis) -> None:
        if len(set(axis.values)) < len(axis.values):
            raise ValueError(f"{axis.setting} has a value twice: give each once")
        for value in axis.values:
            if axis.setting in SETTINGS:
                if not experiment.any_axes:
                    with_settings(self.base, {axis.setting: value})
            elif not (isinstance(value, int | float) and _within(value, experiment.own_bounds[axis.setting])):
                low, high = experiment.own_bounds[axis.setting]
                raise ValueError(f"{axis.setting} {value!r}: choose {setting(low)} to {setting(high)}")

    def _check_together(self) -> None:
        """Check that every combination of the axes' values is a valid run: two settings may exclude each other."""
        names = [axis.setting for axis in self.axes]
        for values in product(*(axis.values for axis in self.axes)):
            with_settings(self.base, dict(zip(names, values, strict=True)))


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def with_settings(base: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    """A RunConfig with some settings changed, checked again.

    An alpha that is its method's default stays the default, and where all examples have labels, all keep them.

    Raises:
        ValueError: with every setting that is wrong.
    """
    values = {**base.model_dump(), **changes}
    if "alpha" not in changes and base.alpha == METHODS[base.method].alpha:
        del values["alpha"]
    if "labels" not in changes and base.has_all_labels:
        del values["labels"]
    try:
        return make_config(values)
    except InvalidConfig as error:
        raise ValueError(error.message) from None


def make_experiment(
    name: str,
    settings: Mapping[str, Any] | None = None,
    axes: Mapping[str, Sequence[AxisValue]] | None = None,
    seeds: int | None = None,
    datasets: Datasets | None = None,
) -> ExperimentConfig:
    """An experiment; everything that is not given has its default.

    Args:
        name: In the catalogue.
        settings: Of the base RunConfig.
        axes: Values that replace the experiment's own; for a sweep, axes that replace its own.
        seeds: 1 to 5.
        datasets: The data sets that may be chosen, as in :func:`simulator.config.run.make_config`.

    Raises:
        InvalidConfig: with what is wrong, and what may be chosen.
    """
    experiment = EXPERIMENTS.get(name)
    if experiment is None:
        raise InvalidConfig(f"There is no experiment {name!r}.", f"Choose one of {', '.join(EXPERIMENTS)}.")
    chosen = dict(axes or {}) if experiment.any_axes and axes else {**experiment.axes, **(axes or {})}
    asked = {k: v for k, v in (settings or {}).items() if v is not None}
    base = make_config({**fitting_defaults(experiment, asked.get("model")), **asked}, datasets)
    try:
        config = ExperimentConfig(
            name=name,
            base=base,
            axes=tuple(Axis(setting=setting, values=tuple(values)) for setting, values in chosen.items()),
            seeds=experiment.seeds if seeds is None else seeds,
        )
    except ValidationError as error:
        raise InvalidConfig(_problems(error)) from None
    _check_ignored(config)
    _check_cells_have(config)
    return config


def _problems(error: ValidationError) -> str:
    """Say where each problem is, and what it is."""
    problems = [e["msg"].removeprefix("Value error, ") for e in error.errors()]
    where = [".".join(str(part) for part in e["loc"]) for e in error.errors()]
    return "; ".join(f"{w}: {p}" if w else p for w, p in zip(where, problems, strict=True)) + "."


def _check_ignored(config: ExperimentConfig) -> None:
    """Refuse settings that would be stored and shown, but change nothing."""
    experiment, base = config.entry, config.base
    default = make_config(fitting_defaults(experiment, base.model))
    usual = {**default.model_dump(), "labels": base.train_examples}  # all of them
    for name in ("repeats", *experiment.ignored, *(axis.setting for axis in config.axes)):
        if name in SETTINGS and getattr(base, name) != usual[name]:
            raise InvalidConfig(
                f"{name} {getattr(base, name)} is ignored in {experiment.name}.",
                "Leave it out. An experiment uses --seeds instead of repeats, and --axis for what it varies.",
            )
    method = METHODS[base.method]
    if (experiment.about and not method.has_teacher) or (
        experiment.about == "temperature" and not method.uses_temperature
    ):
        raise InvalidConfig(
            f"method {base.method} has no {experiment.about if method.has_teacher else 'teacher'}, "
            f"which {experiment.name} is about.",
            "Choose method kd.",
        )


def _check_cells_have(config: ExperimentConfig) -> None:
    """Refuse a value of an axis that a cell would not have, because another of its settings decides it."""
    axes = [axis for axis in config.axes if axis.setting in SETTINGS]
    for cell, values in zip(config.settings_of_cells(), product(*(axis.values for axis in axes)), strict=True):
        for axis, value in zip(axes, values, strict=True):
            why = SETTINGS[axis.setting].why_fixed(cell)
            if why and getattr(cell, axis.setting) != value:
                raise InvalidConfig(f"{axis.setting} {value} is ignored in a cell. {why}", "Leave it out.")


def read_values(setting: str, text: str) -> tuple[AxisValue, ...]:
    """The values of an axis, read from text in which commas separate them.

    Each is checked by itself: what it goes with are the other settings of its cells (see :func:`make_experiment`).

    Raises:
        InvalidConfig: if one cannot be read as a value of that setting.
    """
    of_a_run = setting in SETTINGS
    kind: Any = RunConfig.model_fields[setting].rebuild_annotation() if of_a_run else int | float
    value: TypeAdapter[AxisValue] = TypeAdapter(kind, config=RunConfig.model_config)
    values: list[AxisValue] = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            values.append(value.validate_python(part))
        except ValidationError as error:
            reason = error.errors()[-1]["msg"].removeprefix("Value error, ")
            raise InvalidConfig(f"{setting} {part!r} cannot be used: {reason}.") from None
    return tuple(values)


def fitting_defaults(experiment: Experiment, model: str | None) -> dict[str, Any]:
    """An experiment's own settings for a model: a student size that the model does not have is left to the model."""
    values = {"model": DEFAULT_MODEL, **experiment.settings}
    if not isinstance(model, str) or model == values["model"] or model not in MODELS:
        return values
    for name in ("student_size", "learning_rate", "batch_size"):
        values.pop(name, None)
    if (most := values.get("train_examples")) and not experiment.dataset:
        values["train_examples"] = min(most, DATASETS[MODELS[model].default_dataset].max_train_examples)
    return values


def sweep_settings() -> Iterator[str]:
    """The settings that a sweep may vary, in the order of the Lab."""
    return (name for name in SETTINGS if name in SAME_TEACHER)


def _kind(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return "experiment" if kind == "experiment" else "run"


AnyConfig = Annotated[
    Annotated[RunConfig, Tag("run")] | Annotated[ExperimentConfig, Tag("experiment")],
    Discriminator(_kind),
]
"""The settings of a run of either kind. A record without ``kind`` is a RunConfig: older records have none."""

ANY_CONFIG: TypeAdapter[RunConfig | ExperimentConfig] = TypeAdapter(AnyConfig)
