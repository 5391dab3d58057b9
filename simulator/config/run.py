"""RunConfig: the one source for the CLI's flags, the sliders' bounds and help, the URL's parameters,
validation and the stored record."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from simulator.catalog.datasets import DATASETS, DatasetInfo
from simulator.catalog.methods import METHODS, USUAL_BETA
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.catalog.pruning import PRUNING, SCHEDULES, SCOPES, PatternInfo
from simulator.config import data_rules, pruning_rules
from simulator.config.data_rules import Datasets
from simulator.config.layer_shares import as_text, parse, tidy
from simulator.config.settings import SETTINGS
from simulator.data import own_data
from simulator.errors import InvalidConfig
from simulator.events.fields import Record

FROM_CATALOGUE: Any = None
"""The default of a setting whose usual value depends on the model, the data or the method."""


class RunConfig(Record):
    """Everything that decides a run.

    Equal configs give equal losses and metrics on the CPU of the same kind of machine, with equally many threads and
    equal versions of the libraries; a GPU adds numbers up in any order.

    Fields that are None when given are filled in from the catalogue, so that a stored record always holds the values
    that were used. Validation reads no disk: what it knows of own data is what its context holds
    (see :func:`make_config`).
    """

    model: Annotated[str, SETTINGS["model"]] = DEFAULT_MODEL
    dataset: Annotated[str, SETTINGS["dataset"]] = FROM_CATALOGUE
    student_size: Annotated[float, SETTINGS["student_size"]] = FROM_CATALOGUE
    train_examples: Annotated[int, SETTINGS["train_examples"]] = FROM_CATALOGUE
    labels: Annotated[int, SETTINGS["labels"], Field(validate_default=True)] = FROM_CATALOGUE
    method: Annotated[str, SETTINGS["method"]] = "kd"
    temperature: Annotated[float, SETTINGS["temperature"]] = 4.0
    alpha: Annotated[float, SETTINGS["alpha"]] = FROM_CATALOGUE
    beta: Annotated[float, SETTINGS["beta"]] = USUAL_BETA
    epochs: Annotated[int, SETTINGS["epochs"]] = FROM_CATALOGUE
    pruning: Annotated[str, SETTINGS["pruning"]] = "unstructured"
    importance: Annotated[str, SETTINGS["importance"]] = "magnitude"
    scope: Annotated[str, SETTINGS["scope"]] = "global"
    layer_sparsity: Annotated[str, BeforeValidator(as_text), AfterValidator(tidy), SETTINGS["layer_sparsity"]] = ""
    target_sparsity: Annotated[float, SETTINGS["target_sparsity"]] = 0.5
    recovery_epochs: Annotated[int, SETTINGS["recovery_epochs"]] = 2
    schedule: Annotated[str, SETTINGS["schedule"]] = "one_shot"
    rounds: Annotated[int, SETTINGS["rounds"]] = 3
    recovery_with_teacher: Annotated[bool, SETTINGS["recovery_with_teacher"]] = True
    also_prune: Annotated[tuple[str, ...], SETTINGS["also_prune"]] = ()
    round_to: Annotated[int, SETTINGS["round_to"]] = 1
    image_size: Annotated[int, SETTINGS["image_size"]] = 32
    learning_rate: Annotated[float, SETTINGS["learning_rate"]] = FROM_CATALOGUE
    batch_size: Annotated[int, SETTINGS["batch_size"]] = FROM_CATALOGUE
    weights: Annotated[str, SETTINGS["weights"]] = "auto"
    seed: Annotated[int, SETTINGS["seed"]] = 0
    repeats: Annotated[int, SETTINGS["repeats"]] = 1

    @model_validator(mode="before")
    @classmethod
    def fill_in_defaults(cls, data: Any, info: ValidationInfo) -> Any:
        """Take what depends on the model, the data or the method from the catalogue where nothing was given."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        model = MODELS.get(str(data.setdefault("model", DEFAULT_MODEL)))  # a list, say, is refused below
        if model is None:
            return data
        defaults = {
            "dataset": model.default_dataset,
            "student_size": model.student.default,
            "epochs": model.student_recipe.epochs,
            "learning_rate": model.student_recipe.learning_rate,
            "batch_size": model.student_recipe.batch_size,
        }
        for name, value in defaults.items():
            if data.get(name) is None:
                data[name] = value
        if data.get("train_examples") is None:
            data["train_examples"] = data_rules.default_examples(_known(str(data["dataset"]), info))
        method = METHODS.get(str(data.get("method", "kd")))
        if method is not None and data.get("alpha") is None:
            data["alpha"] = method.alpha
        pattern = PRUNING.get(str(data.get("pruning", "")))
        if pattern is not None and pattern.only_sparsity is not None:
            data["target_sparsity"] = pattern.only_sparsity  # whatever was asked for: the record holds what is used
        return data

    @field_validator("dataset")
    @classmethod
    def check_dataset(cls, name: str, info: ValidationInfo) -> str:
        """A data set of the context or the catalogue; where the context has none, any name that own data may have."""
        if _known(name, info) is None and (info.context or not own_data.NAME.fullmatch(name)):
            raise ValueError(f"choose one of {', '.join(DATASETS)}, or a data set that was uploaded here")
        return name

    @field_validator("labels", mode="before")
    @classmethod
    def label_all(cls, labels: Any, info: ValidationInfo) -> Any:
        """Every training example has a label where nothing was given; a wrong number of them is refused once."""
        if labels is not None:
            return labels
        return info.data.get("train_examples") or SETTINGS["labels"].low

    @model_validator(mode="after")
    def check_combinations(self, info: ValidationInfo) -> Self:
        """Refuse settings that do not go together, naming what does."""
        data_rules.check_student(self)
        data_rules.check_labels(self)
        if dataset := _known(self.dataset, info):
            data_rules.check_data(self, dataset, info.context or DATASETS)
        pruning_rules.check(self)
        return self

    @property
    def pattern(self) -> PatternInfo:
        """What the catalogue says of ``pruning``."""
        return PRUNING[self.pruning]

    @property
    def by_hand(self) -> bool:
        """Whether what each layer loses is written down, in ``layer_sparsity``."""
        return SCOPES[self.scope].by_hand

    @property
    def layer_shares(self) -> dict[str, float]:
        """``layer_sparsity`` as parameter name -> share to remove."""
        return parse(self.layer_sparsity)

    @property
    def has_all_labels(self) -> bool:
        """Whether every training example has a label for the student."""
        return self.labels == self.train_examples

    @property
    def epochs_after_pruning(self) -> int:
        """How long the pruned student is trained: its recovery, or a lottery ticket's whole training."""
        return self.epochs if SCHEDULES[self.schedule].trains_again else self.recovery_epochs


def _known(name: str, info: ValidationInfo) -> DatasetInfo | None:
    """What validation knows of a data set: what its context says, else what the catalogue says."""
    return (info.context or DATASETS).get(name)


def make_config(values: dict[str, Any], datasets: Datasets | None = None) -> RunConfig:
    """A RunConfig from plain values. Reads no disk.

    Args:
        values: By field name.
        datasets: The data sets that may be chosen, as :func:`simulator.config.data_rules.datasets_here` finds them.
            Without them own data is taken at its name, and checked when the run is submitted.

    Raises:
        InvalidConfig: with every setting that is wrong, its value and its range.
    """
    try:
        return RunConfig.model_validate(values, context=datasets)
    except ValidationError as error:
        problems = []
        for e in error.errors():
            where = ".".join(_field_and_flag(str(part)) for part in e["loc"])
            message = e["msg"].removeprefix("Value error, ")
            problems.append(f"{where} is {e['input']!r}: {message}" if where else message)
        raise InvalidConfig("; ".join(problems) + ".") from None


def _field_and_flag(name: str) -> str:
    """A field's name, and the command line's where it is another: target_sparsity (--sparsity)."""
    flag = SETTINGS[name].flag if name in SETTINGS else ""
    return f"{name} (--{flag})" if flag else name
