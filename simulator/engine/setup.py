"""What a run works with: weights, data, encoder and device, ready before the first stage."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from simulator import teachers
from simulator.catalog import MODELS, DatasetInfo, ModelInfo
from simulator.config import RunConfig
from simulator.engine import datasets, weights
from simulator.engine.batches import Batch, Examples
from simulator.engine.datasets import Dataset, Split
from simulator.engine.device import device_name, has_fast_bfloat16, pick_device, spare_imports
from simulator.engine.models import MODULES
from simulator.engine.weights import Weights
from simulator.events import Provenance
from simulator.own_data import dataset_info

PACKAGES = ("torch", "torchvision", "transformers", "tokenizers", "sentencepiece", "scikit-learn", "torch-pruning")


@dataclass(frozen=True)
class Setup:
    """Everything that the stages of one run share.

    Attributes:
        module: The model's file in ``simulator.engine.models``.
        train: The teacher's training examples; the student uses the first ``config.train_examples``.
        teacher_folder: Where the teacher is cached, and its tokenizer.
        bfloat16: Whether training runs its matrix products in bfloat16.
    """

    config: RunConfig
    model: ModelInfo
    dataset: DatasetInfo
    module: ModuleType
    weights: Weights
    data: Dataset
    train: Examples
    validation: Examples
    test: Examples
    teacher_folder: Path
    teacher_description: dict[str, Any]
    device: torch.device
    bfloat16: bool


def prepare(config: RunConfig) -> Setup:
    """Find the weights, load the data, train or load the tokenizer and encode every split.

    Raises:
        NotAvailable: if weights or data that were asked for cannot be had.
    """
    spare_imports()
    module, dataset = MODULES[config.model], dataset_info(config.dataset)
    found = weights.find(config.model, config.weights)
    data = datasets.load(config.dataset)
    described = teachers.description(config, found.source)
    folder = teachers.folder(teachers.fingerprint(described, data.fingerprint, found.sha256))
    folder.mkdir(parents=True, exist_ok=True)
    train = data.train.first(described["train_examples"])
    encode = module.make_encoder(train.inputs, dataset.label_words, found, folder, config.image_size)
    device = pick_device()
    return Setup(
        config=config,
        model=MODELS[config.model],
        dataset=dataset,
        module=module,
        weights=found,
        data=data,
        train=examples(train, encode, device),
        validation=examples(data.validation, encode, device),
        test=examples(data.test, encode, device),
        teacher_folder=folder,
        teacher_description=described,
        device=device,
        # Measured (benchmarks/throughput.py): bfloat16 speeds up the transformers, not the small CNNs.
        bfloat16=MODELS[config.model].kind == "text" and has_fast_bfloat16(device),
    )


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
        teacher=setup.teacher_folder.name,
        teacher_was_cached=(setup.teacher_folder / teachers.DESCRIPTION_FILE).exists(),
        versions={name: importlib.metadata.version(name) for name in PACKAGES},
        device=device_name(setup.device),
        threads=torch.get_num_threads(),
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
