"""What a run works with: weights, data, encoder and device, ready before the first stage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import torch

from simulator.catalog.datasets import DatasetInfo
from simulator.catalog.model_info import ModelInfo
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.engine import datasets
from simulator.engine.datasets import Dataset, Split
from simulator.engine.datasets.batches import Batch, Examples
from simulator.engine.host.device import device_name, has_fast_bfloat16, pick_device, spare_imports
from simulator.engine.host.downloads import followed
from simulator.engine.models import MODULES, weights
from simulator.engine.models.base import Model, Weights
from simulator.events import Event, Precision, Progress, Provenance
from simulator.host.machine import threads
from simulator.runs.kept import folders, room, teachers
from simulator.runs.kept.code import versions
from simulator.runs.kept.stages import Keeping

PACKAGES = ("torch", "torchvision", "transformers", "tokenizers", "sentencepiece", "scikit-learn", "torch-pruning")


@dataclass(frozen=True)
class KeptTeacher:
    """The place of a run's teacher among those that are kept.

    Attributes:
        folder: Where it is or will be.
        made_from: Everything that decides it.
        damage: What was wrong with a kept teacher that was discarded; empty if nothing was.
    """

    folder: Path
    made_from: dict[str, Any]
    damage: str


@dataclass(frozen=True)
class Setup:
    """Everything that the stages of one run share.

    Attributes:
        module: Knows the model.
        train: The teacher's training examples; the student uses the first ``config.train_examples``.
        tokenizer: The content of its file, published or trained here; empty for pictures.
        bfloat16: Whether training runs its matrix products in bfloat16.
        keeping: The run in whose name stages are kept; None neither keeps stages nor takes over kept ones.
    """

    config: RunConfig
    model: ModelInfo
    dataset: DatasetInfo
    module: Model
    weights: Weights
    data: Dataset
    train: Examples
    validation: Examples
    test: Examples
    tokenizer: bytes
    teacher: KeptTeacher
    device: torch.device
    bfloat16: bool
    keeping: Keeping | None

    @property
    def takes_teacher(self) -> bool:
        """Whether the teacher is kept from an earlier run and taken over."""
        return self.teacher.folder.exists() and not is_anew(self.keeping)


def is_anew(keeping: Keeping | None) -> bool:
    """Whether stages that are kept already are carried out all the same."""
    return keeping is not None and keeping.anew


def preparation(config: RunConfig, keeping: Keeping | None = None) -> Generator[Event, None, Setup]:
    """The same as :func:`prepare`, as the first stage of a run, with the progress of its downloads.

    Raises:
        NotAvailable: if weights or data that were asked for are not available.
        InvalidConfig: if KDPS_KEEP_GB is not a number from 0.
    """
    room.limit_bytes()  # before anything is trained
    yield Progress(stage="prepare", done=0, total=3)
    found = yield from followed(partial(weights.find, config.model, config.weights))
    yield Progress(stage="prepare", done=1, total=3)
    data = yield from followed(partial(datasets.load, config.dataset))
    yield Progress(stage="prepare", done=2, total=3)
    setup = prepare(config, found, data, keeping)
    yield Progress(stage="prepare", done=3, total=3)
    return setup


def prepare(
    config: RunConfig, found: Weights | None = None, data: Dataset | None = None, keeping: Keeping | None = None
) -> Setup:
    """Find the weights, load the data, train or load the tokenizer and encode every split.

    A kept teacher is compared with its checksums, and discarded if it is damaged.

    Args:
        found, data: The weights and the data set, if they are loaded already.
        keeping: As in :class:`Setup`.

    Raises:
        NotAvailable: if weights or data that were asked for are not available.
    """
    spare_imports()
    torch.set_num_threads(threads())
    device = pick_device()
    found = found or weights.find(config.model, config.weights)
    data = data or datasets.load(config.dataset)
    # Measured (benchmarks/throughput.py): bfloat16 speeds up the transformers, not the small CNNs.
    bfloat16 = MODELS[config.model].kind == "text" and has_fast_bfloat16(device)
    teacher = kept_teacher(teacher_made_from(config, found, data, device, bfloat16))
    train = data.train.first(teachers.train_examples(config))
    encode, tokenizer = encoder(config, found, train, None if is_anew(keeping) else teacher.folder)
    return Setup(
        config=config,
        model=MODELS[config.model],
        dataset=dataset_info(config.dataset),
        module=MODULES[config.model],
        weights=found,
        data=data,
        train=examples(train, encode, device),
        validation=examples(data.validation, encode, device),
        test=examples(data.test, encode, device),
        tokenizer=tokenizer,
        teacher=teacher,
        device=device,
        bfloat16=bfloat16,
        keeping=keeping,
    )


def kept_teacher(made_from: dict[str, Any]) -> KeptTeacher:
    """The kept teacher that these inputs decide; a damaged one is discarded."""
    folder = teachers.folder(made_from)
    room.mark_used(folder)
    return KeptTeacher(folder, made_from, folders.discard_damaged(folder, made_from))


def encoder(
    config: RunConfig, found: Weights, train: Split, teacher_folder: Path | None
) -> tuple[Callable[[Any], Batch], bytes]:
    """The function from inputs to tensors, and the content of its tokenizer's file (empty for pictures).

    Args:
        teacher_folder: A tokenizer that was trained is kept with its teacher; None trains it anew.
    """
    module, label_words = MODULES[config.model], dataset_info(config.dataset).label_words
    with tempfile.TemporaryDirectory() as scratch:
        place = found.folder or (teacher_folder if teacher_folder and teacher_folder.exists() else Path(scratch))
        encode = module.make_encoder(train.inputs, label_words, found, place, config.image_size)
        return encode, (place / module.tokenizer_file).read_bytes() if module.tokenizer_file else b""


def teacher_made_from(
    config: RunConfig, found: Weights, data: Dataset, device: torch.device, bfloat16: bool
) -> dict[str, Any]:
    """Everything that decides a teacher, as plain values."""
    return {
        **teachers.description(config, found.source),
        "data": data.fingerprint,
        "weights": found.sha256,
        "device": device_name(device),
        "precision": precision(bfloat16),
    }


def precision(bfloat16: bool) -> Precision:
    """The precision of training's products; its sums, weights and losses are always float32."""
    return "bfloat16" if bfloat16 else "float32"


def examples(split: Split, encode: Callable[[Any], Batch], device: torch.device) -> Examples:
    """A split, encoded and on the device."""
    inputs = {name: tensor.to(device) for name, tensor in encode(split.inputs).items()}
    return Examples(inputs, torch.from_numpy(split.labels).to(device))


def provenance(setup: Setup) -> Provenance:
    """Where this run's numbers come from."""
    return Provenance(
        source=setup.weights.source,
        repository=setup.weights.repository,
        revision=setup.weights.revision,
        seed=teachers.TEACHER_SEED,
        sha256=setup.weights.sha256,
        notice=setup.weights.notice,
        data=setup.data.fingerprint,
        teacher=setup.teacher.folder.name,
        teacher_was_cached=setup.takes_teacher,
        teacher_damage=setup.teacher.damage,
        versions=versions(PACKAGES),
        device=device_name(setup.device),
        threads=torch.get_num_threads(),
        precision=precision(setup.bfloat16),
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
