"""How much work and memory a run needs, from its settings alone. Imports no torch.

Work is counted in multiply-adds (MACs).
"""

from __future__ import annotations

from simulator.catalog.methods import METHODS
from simulator.catalog.model_info import Kind, Recipe
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info, record
from simulator.events import Stage
from simulator.host.machine import MB
from simulator.runs.kept import sweeps, teachers

TRAINING: tuple[Stage, ...] = ("teacher", "control", "distil", "recover")
FORWARD_AND_BACKWARD = 3
"""A training step costs about three forward passes: the backward pass multiplies twice as much."""


BASE_MB: dict[Kind, float] = {"image": 620.0, "text": 820.0}
"""Memory of a worker beyond its models, MiB. For image models: what ``python -m benchmarks.memory`` shows of ResNet-18
and MobileNetV2 without the server, less what their models explain (415 with PyTorch's CPU wheels, 550 with CUDA), and
70 for the pages of libraries that are in use. For text models also what batches of different lengths leave where
little memory is free and is returned between them: with CUDA wheels T5-small's student took 770 beyond its model in
training, DistilBERT's 590. Where 3,000 are free, nothing is returned, and a run may take more."""

WAITING: dict[Kind, int] = {"image": 5, "text": 4}
"""How many students take as much memory as waits beside one in training, or as measuring takes. Five variants of an
image model wait. Those of text models are mapped from the disk, but measuring T5-small takes as much as four: its
default run with a teacher peaked at 2,058 MiB without the server, and DistilBERT's, measured until its recovery ended,
at 1,731 (CUDA wheels, file cache left out, in a control group of 2,575 MiB, 28 November 2026). DistilBERT's whole run
peaked at 1,584 with CPU wheels."""

FLOAT_BYTES = 4

TENSORS_OF_PAIRS = 8
"""Tensors of [batch, batch, width] that distances and angles between examples hold at once, backward pass included:
582 MiB measured at batch 128 and width 1280, where one takes 80."""


TOKENS: dict[str, int] = {"docstrings": 16, "reviews_topic": 24, "reviews_sentiment": 24, "sst2": 14}
"""Typical tokens of a text with its padding in a batch of similar lengths."""


# -- work


def work(stage: Stage, examples: int, config: RunConfig) -> float:
    """MACs of training on so many examples, validation before the first and after every epoch included.

    0 for a stage that does not train.
    """
    if stage not in TRAINING or not examples:
        return 0.0
    validated = (examples / epoch_examples(stage, config) + 1) * dataset_info(config.dataset).validation_examples
    return (examples * passes(stage, config) + validated * _share(stage, config)) * macs_of_example(config)


def sweep_work(config: RunConfig) -> float:
    """MACs of the answers of a sweep over sparsities."""
    answers = len(sweeps.SPARSITIES) * sweeps.examples_answered(config)
    return answers * _student_share(config) * macs_of_example(config)


def macs_of_example(config: RunConfig) -> float:
    """MACs of the teacher's forward pass of one example."""
    return _units(config) * MODELS[config.model].size.macs_per_unit


def _share(stage: Stage, config: RunConfig) -> float:
    """The MACs of what is trained as a share of the teacher's."""
    return 1.0 if stage == "teacher" else _student_share(config)


def passes(stage: Stage, config: RunConfig) -> float:
    """Cost of training on one example, in forward passes of the teacher; one more if features are compared."""
    taught = stage == "distil" or (stage == "recover" and config.recovery_with_teacher)
    beside = int(taught and METHODS[config.method].compares_features)
    return _share(stage, config) * FORWARD_AND_BACKWARD + beside


def _student_share(config: RunConfig) -> float:
    size = MODELS[config.model].size
    return float(size.student_share * config.student_size**size.student_power)


def _units(config: RunConfig) -> int:
    """Pixels of a picture, or tokens of a text."""
    if MODELS[config.model].kind == "image":
        return config.image_size**2
    own = record(config.dataset)
    return own.tokens if own else TOKENS[config.dataset]


def epoch_examples(stage: Stage, config: RunConfig) -> int:
    """Training examples of one epoch of a stage."""
    if stage != "teacher":
        return config.train_examples
    return min(teachers.train_examples(config), dataset_info(config.dataset).max_train_examples)


# -- memory


def memory_mb(config: RunConfig, teacher_recipe: Recipe | None) -> float:
    """Estimated peak memory of a run, MiB.

    A model in training holds its weights, their gradients and AdamW's two moments. At the end the
    student is there in several variants, beside the teacher.

    Args:
        teacher_recipe: How the teacher is trained, whose batch size is its own; None where it was trained before.
    """
    size, kind, batch = MODELS[config.model].size, MODELS[config.model].kind, config.batch_size
    teacher = MODELS[config.model].published.parameters
    student = size.fixed_parameters + (teacher - size.fixed_parameters) * _student_share(config)
    activations = _units(config) * size.activation_bytes_per_unit  # of one example in the teacher
    while_teacher = FLOAT_BYTES * 4 * teacher + teacher_recipe.batch_size * activations if teacher_recipe else 0.0
    pairs = batch**2 if METHODS[config.method].compares_pairs else 0
    related = TENSORS_OF_PAIRS * FLOAT_BYTES * pairs * size.feature_width
    students = FLOAT_BYTES * (teacher + (3 + WAITING[kind]) * student)
    while_student = students + batch * activations * _student_share(config) + related
    return BASE_MB[kind] + max(while_teacher, while_student) / MB
