"""What the catalogue says about a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator.host.machine import Bfloat16

Kind = Literal["text", "image"]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained here; found by experiment, the reasons are in docs/recipes.md.

    Attributes:
        epochs: Passes over the training data.
        learning_rate: Peak learning rate of AdamW.
        batch_size: Examples in a step.
        weight_decay: AdamW's decoupled weight decay.
    """

    epochs: int
    learning_rate: float
    batch_size: int
    weight_decay: float = 0.01


@dataclass(frozen=True)
class Published:
    """Reference figures and where they stand; never shown as a measurement."""

    parameters: int
    macs: int | None
    at: str
    source: str


@dataclass(frozen=True)
class StudentSizes:
    """The sizes a student may have: ``unit`` says what the number counts."""

    unit: str
    values: tuple[float, ...]
    default: float
    help: str


@dataclass(frozen=True)
class Size:
    """What a model's work and memory depend on, as far as a forecast needs it.

    Attributes:
        fixed_parameters: Embeddings: a student has as many as its teacher.
        macs_per_unit: Of the teacher, for a pixel of a picture or a token of a text.
        student_share: A student of size 1 (a width, or all the layers) as a share of the teacher.
        student_power: The share grows with the size to this power.
        activation_bytes_per_unit: Kept by the teacher's forward pass for the backward pass.
        efficiency: Training's pace against the machine's float32 matrix-product rate, by what multiplies bfloat16.
            Memory traffic, the optimiser and small kernels lower it; bfloat16, and texts shorter than is counted, raise
            it. Measured over the stages of default runs on two cores of a Xeon with AMX, and with bfloat16 turned off;
            for AVX-512 a rough figure from an EPYC's recorded runs, whose matrix-product rate was not noted.
        feature_width: Of the pooled features of an example.
        measure_seconds: What measuring the five variants of a default run took there.
    """

    fixed_parameters: int
    macs_per_unit: float
    student_share: float
    student_power: float
    activation_bytes_per_unit: int
    efficiency: Mapping[Bfloat16, float]
    feature_width: int
    measure_seconds: float


@dataclass(frozen=True)
class ModelInfo:
    """A model that can be chosen.

    Attributes:
        engine: The import path of the module whose ``MODEL`` builds, trains and prunes it: a
            ``simulator.engine.models.base.Model``.
        teacher_pretrained: Recipe that fine-tunes published weights.
        teacher_scratch: Recipe that trains the same architecture from random weights.
        student_recipe: What the student's stages start with.
        relative_steps: Whether each tensor's learning rate is multiplied by its root mean square,
            as Adafactor does (Shazeer and Stern 2018). T5's tensors start up to 180 times apart
            in scale; with one learning rate for all it hardly learns from scratch.
        few_steps: Below how many training steps its batch norms' running averages lag so far behind that they are
            estimated anew before it is measured: where they begin at 0 and 1, and where an earlier training left them.
            Measured with ``python -m benchmarks.batch_norm``; (0, 0) where there is no batch norm.
        files: Those of the hub's repository that are fetched; empty if the weights are not on the hub.
        checkpoint: The address of torchvision's weights, as torchvision has it; empty if it has none.
        libraries: What an exported model needs besides torch and safetensors, by the names that pip knows.
        has_classifier: Whether a layer of its own answers; T5 answers with words.
    """

    name: str
    title: str
    kind: Kind
    summary: str
    repository: str
    revision: str
    paper: str
    published: Published
    student: StudentSizes
    teacher_pretrained: Recipe
    teacher_scratch: Recipe
    student_recipe: Recipe
    default_dataset: str
    engine: str
    size: Size
    libraries: tuple[str, ...]
    relative_steps: bool = False
    few_steps: tuple[int, int] = (0, 0)
    files: tuple[str, ...] = ()
    checkpoint: str = ""
    has_classifier: bool = True
