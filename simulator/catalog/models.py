"""What exists: the four models. Plain facts, each published figure with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
class ModelInfo:
    """One of the four models.

    Attributes:
        teacher_pretrained: Recipe that fine-tunes published weights.
        teacher_scratch: Recipe that trains the same architecture from random weights.
        student_recipe: What the student's stages start with.
        relative_steps: Whether each tensor's learning rate is multiplied by its root mean square,
            as Adafactor does (Shazeer and Stern 2018). T5's tensors start up to 180 times apart
            in scale; with one learning rate for all it hardly learns from scratch.
        few_steps: Below how many training steps its batch norms' running averages lag so far behind that they are
            estimated anew before it is measured: where they begin at 0 and 1, and where an earlier training left them.
            Measured with ``python -m benchmarks.batch_norm``; (0, 0) where there is no batch norm.
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
    relative_steps: bool = False
    few_steps: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class MethodInfo:
    """A choice in the Lab with the sentence that explains it."""

    name: str
    title: str
    help: str


MODELS: dict[str, ModelInfo] = {
    m.name: m
    for m in (
        ModelInfo(
            name="distilbert",
            title="DistilBERT",
            kind="text",
            summary="A transformer encoder of six layers, itself distilled from BERT. It reads a sentence "
            "and its first position answers with a class.",
            repository="distilbert/distilbert-base-uncased",
            revision="12040accade4e8a0f71eabdb258fecc2e7e948be",
            paper="Sanh, Debut, Chaumond and Wolf 2019, arXiv:1910.01108",
            published=Published(
                66_955_010,
                5_587_000_000,
                "128 tokens, 2 labels",
                "this course's reference; the paper, table 3, rounds the parameters to 66 M",
            ),
            student=StudentSizes(
                "layers",
                (1, 2, 3, 4, 5),
                3,
                "How many of the teacher's 6 layers the student keeps, evenly spaced.",
            ),
            teacher_pretrained=Recipe(epochs=3, learning_rate=5e-5, batch_size=32),
            teacher_scratch=Recipe(epochs=8, learning_rate=1e-4, batch_size=32),
            student_recipe=Recipe(epochs=4, learning_rate=1e-4, batch_size=32),
            default_dataset="reviews_topic",
        ),
        ModelInfo(
            name="t5_small",
            title="T5-small",
            kind="text",
            summary="A transformer of six encoder and six decoder layers that turns text into text. It "
            "answers with a word, and the word's score is the class's score.",
            repository="google-t5/t5-small",
            revision="df1b051c49625cf57a3d0d8d3863ed4d13564fe4",
            paper="Raffel et al. 2020, arXiv:1910.10683",
            published=Published(
                60_506_624,
                None,
                "tied embeddings",
                "this course's reference; the paper, section 3.7, says about 60 M",
            ),
            student=StudentSizes(
                "layers",
                (1, 2, 3, 4, 5),
                3,
                "How many of the teacher's 6 encoder layers, and as many of its 6 decoder layers, the "
                "student keeps, evenly spaced.",
            ),
            teacher_pretrained=Recipe(epochs=4, learning_rate=3e-3, batch_size=32),
            teacher_scratch=Recipe(epochs=7, learning_rate=1e-2, batch_size=32),
            student_recipe=Recipe(epochs=4, learning_rate=5e-3, batch_size=32),
            default_dataset="reviews_topic",
            relative_steps=True,
        ),
        ModelInfo(
            name="mobilenet_v2",
            title="MobileNetV2",
            kind="image",
            summary="A convolutional network built for phones: it splits each convolution into a cheap "
            "one per channel and a small one across channels.",
            repository="torchvision/mobilenet_v2",
            revision="MobileNet_V2_Weights.IMAGENET1K_V1",
            paper="Sandler et al. 2018, arXiv:1801.04381",
            published=Published(
                3_504_872, 301_000_000, "224 x 224, 1000 classes", "torchvision's documentation of its weights"
            ),
            student=StudentSizes(
                "width",
                (0.25, 0.35, 0.5, 0.75),
                0.5,
                "The width multiplier: the share of the teacher's channels that the student has in every layer.",
            ),
            teacher_pretrained=Recipe(epochs=6, learning_rate=1e-3, batch_size=64),
            teacher_scratch=Recipe(epochs=18, learning_rate=3e-3, batch_size=64),
            student_recipe=Recipe(epochs=5, learning_rate=3e-3, batch_size=64),
            default_dataset="digits",
            few_steps=(80, 30),
        ),
        ModelInfo(
            name="resnet18",
            title="ResNet-18",
            kind="image",
            summary="A convolutional network of four stages with two residual blocks each: every block "
            "adds its result to what came in.",
            repository="torchvision/resnet18",
            revision="ResNet18_Weights.IMAGENET1K_V1",
            paper="He, Zhang, Ren and Sun 2015, arXiv:1512.03385",
            published=Published(
                11_689_512, 1_814_000_000, "224 x 224, 1000 classes", "torchvision's documentation of its weights"
            ),
            student=StudentSizes(
                "width",
                (0.25, 0.5, 1.0),
                0.5,
                "The student has one block a stage (ResNet-10); the width is its share of the teacher's channels.",
            ),
            teacher_pretrained=Recipe(epochs=4, learning_rate=1e-3, batch_size=64),
            teacher_scratch=Recipe(epochs=8, learning_rate=1e-3, batch_size=64),
            student_recipe=Recipe(epochs=5, learning_rate=1e-3, batch_size=64),
            default_dataset="digits",
            few_steps=(20, 15),
        ),
    )
}
