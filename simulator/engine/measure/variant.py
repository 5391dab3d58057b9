"""Everything that is measured of a variant, in the same way for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch
from simulator.engine.measure.layers import layers_of
from simulator.engine.measure.quality import measure_quality
from simulator.engine.measure.size import gzip_bytes, layer_reports, sparsity_of
from simulator.engine.measure.sparse import SparseFile
from simulator.engine.pruning.masks import prunable_parameters
from simulator.engine.setup import Setup
from simulator.events import Measurement, Variant
from simulator.teaching.lesson import LayerFacts

GENERATED_EXAMPLES = 5


@dataclass(frozen=True)
class Examined:
    """What is measured of a variant and is the same in every run that leaves the same model.

    Attributes:
        measurement: All of it but latency, memory and the seed's number.
        answers: Its logits of every test example, [examples, classes], predicted in float32.
        layers: Its layers as they are, for the lesson.
    """

    measurement: Measurement
    answers: Tensor
    layers: tuple[LayerFacts, ...]


def examine(
    setup: Setup, variant: Variant, model: nn.Module, answers: Tensor, dense: Path, sparse: SparseFile
) -> Examined:
    """Measure quality, size and compute.

    Quality is measured in float32, as latency is, so that anybody who loads the exported file gets the same answers.

    Args:
        answers: As in :class:`Examined`.
        dense: The variant's model.safetensors.
        sparse: The same without its zeros, as it was written.
    """
    reports = layer_reports(model)
    prunable = prunable_parameters(model, setup.module.classifier, setup.config.also_prune)
    one = first_rows(setup, 1)
    layers = layers_of(model, setup.module.exported_call, one)
    measurement = Measurement(
        name=variant,
        **vars(measure_quality(answers, setup.test.labels)),
        parameters=sum(report.parameters for report in reports),
        nonzero_parameters=sum(report.nonzero_parameters for report in reports),
        sparsity=sparsity_of(reports),
        prunable_sparsity=sparsity_of([report for report in reports if report.name in prunable]),
        macs=sum(layer.macs for layer in layers),
        macs_at=describe(one),
        size_bytes=dense.stat().st_size,
        gzip_bytes=gzip_bytes(dense),
        latency_ms={},
        stage_peak_memory_mb=0.0,
        layers=reports,
        generated=generated_texts(setup, model),
        answers=tuple(answers.argmax(1).tolist()),
        sparse_bytes=sparse.bytes,
        sparse_encodings=sparse.encodings,
    )
    return Examined(measurement, answers, layers)


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
