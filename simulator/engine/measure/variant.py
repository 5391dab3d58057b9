"""Everything that is measured of a variant, in the same way for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch
from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.quality import measure_quality
from simulator.engine.measure.size import gzip_bytes, layer_reports, sparsity_of, tensors_of
from simulator.engine.measure.sparse import write_sparse
from simulator.engine.models import portable
from simulator.engine.pruning.masks import prunable_parameters
from simulator.engine.setup import Setup
from simulator.events import Latency, Measurement, Variant

GENERATED_EXAMPLES = 5


@dataclass(frozen=True)
class Observed:
    """What the measure stage knows about a variant before it measures quality, size and compute.

    Attributes:
        answers: Its logits of every test example, [examples, classes], predicted in float32.
        latency_ms: "batch_1" and "batch_32", timed in turns with the other variants.
        stage_peak_mb: Peak memory of the stage that made it.
        repeat: The number of the run's seed that it belongs to.
    """

    name: Variant
    answers: Tensor
    latency_ms: Mapping[str, Latency]
    stage_peak_mb: float
    repeat: int = 0


def measure_variant(setup: Setup, model: nn.Module, observed: Observed, folder: Path) -> Measurement:
    """Measure quality, size and compute.

    Quality is measured in float32, as latency was, so that anybody who loads the exported file gets the same answers.

    Args:
        folder: Holds the variant's model.safetensors; model.sparse.safetensors is written beside it.
    """
    quality = measure_quality(observed.answers, setup.test.labels)
    layers = layer_reports(model)
    prunable = prunable_parameters(model, setup.module.classifier, setup.config.also_prune)
    one = first_rows(setup, 1)
    file = folder / portable.WEIGHTS_FILE
    sparse = write_sparse(tensors_of(model), folder / portable.SPARSE_FILE)
    return Measurement(
        name=observed.name,
        **vars(quality),
        parameters=sum(layer.parameters for layer in layers),
        nonzero_parameters=sum(layer.nonzero_parameters for layer in layers),
        sparsity=sparsity_of(layers),
        prunable_sparsity=sparsity_of([layer for layer in layers if layer.name in prunable]),
        macs=count_macs(model, setup.module.exported_call, one),
        macs_at=describe(one),
        size_bytes=file.stat().st_size,
        gzip_bytes=gzip_bytes(file),
        latency_ms=dict(observed.latency_ms),
        stage_peak_memory_mb=observed.stage_peak_mb,
        layers=layers,
        generated=generated_texts(setup, model),
        repeat=observed.repeat,
        answers=tuple(observed.answers.argmax(1).tolist()),
        sparse_bytes=sparse.bytes,
        sparse_encodings=sparse.encodings,
    )


def first_rows(setup: Setup, size: int) -> Batch:
    """The first test examples as one batch, texts padded to the longest among them.

    Own data may have fewer of them than that: then they are repeated, because a batch of 32 is timed in every run.
    """
    return setup.test.rows(torch.arange(size, device=setup.device) % len(setup.test))


def describe(batch: Batch) -> str:
    """The size of a batch's inputs, in words."""
    if "pixels" in batch:
        return " x ".join(str(n) for n in batch["pixels"].shape[2:]) + " pixels"
    return f"{batch['input_ids'].shape[1]} tokens"


def generated_texts(setup: Setup, model: nn.Module) -> tuple[tuple[str, str, str], ...]:
    """What a model that generates text answers to a few test examples: (text, true label word, generated text)."""
    label_words, test = setup.dataset.label_words, setup.data.test.first(GENERATED_EXAMPLES)
    written = setup.module.written(model, first_rows(setup, GENERATED_EXAMPLES), setup.tokenizer, label_words)
    words = [label_words[label] for label in test.labels] if written else []
    return tuple(zip(test.inputs if written else (), words, written, strict=True))
