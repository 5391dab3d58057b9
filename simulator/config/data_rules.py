"""Which model, student and data go together, and whether the data of a run is on this server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.catalog.datasets import DATASETS, DatasetInfo
from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.config.setting import Settings
from simulator.data import own_data
from simulator.errors import InvalidConfig
from simulator.figures.numbers import setting

DEFAULT_TRAIN_EXAMPLES = 2_400

Datasets = Mapping[str, DatasetInfo]


def default_examples(dataset: DatasetInfo | None) -> int:
    """How many examples a student starts with; ``dataset`` is None where nothing is known of the data."""
    return min(dataset.max_train_examples, DEFAULT_TRAIN_EXAMPLES) if dataset else DEFAULT_TRAIN_EXAMPLES


def check_student(config: Settings) -> None:
    """Refuse a size that the model's student cannot have.

    Raises:
        ValueError: with the sizes that it can have.
    """
    student = MODELS[config.model].student
    if config.student_size not in student.values:
        allowed = ", ".join(setting(v) for v in student.values)
        raise ValueError(
            f"student_size {setting(config.student_size)} does not exist for {config.model}: choose {student.unit} "
            f"{allowed}"
        )


def check_labels(config: Settings) -> None:
    """Refuse more labels than there are training examples.

    Raises:
        ValueError: with how many there may be.
    """
    if config.labels > config.train_examples:
        raise ValueError(
            f"labels {config.labels} is more than train_examples {config.train_examples}: choose at most "
            f"{config.train_examples}"
        )


def check_data(config: Settings, dataset: DatasetInfo, datasets: Datasets = DATASETS) -> None:
    """Refuse settings that do not go with the data, naming what does.

    Args:
        dataset: What is known of ``config.dataset``.
        datasets: The data sets to choose from.

    Raises:
        ValueError: with the setting and what is possible.
    """
    kind = MODELS[config.model].kind
    if dataset.kind != kind:
        allowed = ", ".join(d.name for d in datasets.values() if d.kind == kind)
        raise ValueError(
            f"dataset {config.dataset} is {dataset.kind} data and {config.model} reads {kind}: choose {allowed}"
        )
    if config.train_examples > dataset.max_train_examples:
        raise ValueError(
            f"train_examples {config.train_examples} is more than {config.dataset} has: "
            f"choose at most {dataset.max_train_examples}"
        )
    if len(dataset.class_names) < METHODS[config.method].fewest_classes:
        raise ValueError(
            f"method {config.method} is degenerate on {config.dataset}, which has {len(dataset.class_names)} classes: "
            "it teaches how the wrong classes differ, and there is only one wrong class; choose another method, "
            "or a data set of three classes or more"
        )


def datasets_here() -> Datasets:
    """The data sets that a run may start on, shipped and own; own ones are looked up on the disk."""
    return {dataset.name: dataset for dataset in own_data.all_datasets()}


def check_here(configs: Iterable[Settings]) -> None:
    """Refuse runs whose data is not on this server, or does not go with their settings.

    Raises:
        NotAvailable: if the data is unknown here or was deleted.
        InvalidConfig: if it is here and has too few examples, too few classes, or is of the other kind.
    """
    for config in configs:
        own_data.check_here(config.dataset)
        try:
            check_data(config, own_data.dataset_info(config.dataset), datasets_here())
        except ValueError as error:
            raise InvalidConfig(f"{error}.") from None
