"""What every model offers to the engine. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from torch import Tensor, nn

    from simulator.engine.datasets.batches import Batch
    from simulator.engine.models.places import FeaturePlaces, Units


ADVICE = (
    "Connect to the internet and try again, run `python -m simulator prepare` ahead of time where there is a "
    'connection, or choose weights="scratch".'
)
"""What to do if published weights cannot be used."""


@dataclass(frozen=True)
class Weights:
    """What a teacher starts from.

    Attributes:
        source: "pretrained" or "scratch".
        repository: Where the weights are published.
        revision: The pinned commit, or torchvision's name of the weights; None from scratch.
        folder: Holds the weights and, for a text model, config.json and its tokenizer; None from scratch.
        file: The weights file in that folder; None from scratch.
        sha256: Of that file; None from scratch.
        notice: Why published weights are not used, for the screen; empty if they are.
    """

    source: Literal["pretrained", "scratch"]
    repository: str
    revision: str | None
    folder: Path | None
    file: Path | None
    sha256: str | None
    notice: str


@dataclass(frozen=True, kw_only=True)
class Model:
    """What the engine knows about one model: a few facts and its functions.

    ``images.image_model`` fills in what all image models share. docs/adding_a_model.md goes through an example.
    """

    classifier: tuple[str, ...]
    """Names of the top-level modules that answer with classes: they are pruned only on request."""

    tokenizer_file: str
    """The name of the tokenizer's file; "" for an image model."""

    build_teacher: Callable[[int, Weights, int], nn.Module]
    """The published architecture at full size.

    Args:
        num_classes: Number of classes C.
        weights: Published weights, or from scratch.
        seed: Decides the random weights.
    """

    build_student: Callable[[nn.Module, float, int], nn.Module]
    """A smaller model of the same kind.

    Args:
        teacher: At full size.
        size: The catalogue says what it counts.
        seed: Decides the random weights.
    """

    make_encoder: Callable[[Any, Sequence[str], Weights, Path, int], Callable[[Any], Batch]]
    """A function from inputs to tensors, each [examples, ...].

    Args:
        train_inputs: The training split, for a tokenizer that is trained here.
        label_words: A word for each class.
        weights: Published weights bring their tokenizer.
        folder: Where a tokenizer that is trained here is kept.
        image_size: Pixels a side.
    """

    logits: Callable[[nn.Module, Batch], Tensor]
    """Class logits, [batch, classes]."""

    answering_logits: Callable[[nn.Module, Batch], Tensor]
    """The same logits for training, without computations that no logit depends on."""

    exported_call: Callable[[nn.Module, Batch], Tensor]
    """The same logits, computed as in the README of an export; MACs and latency are those of this call."""

    units: Callable[[nn.Module], Units | None]
    """The neurons and heads that structured pruning removes; None for a CNN, whose channels are traced."""

    feature_places: Callable[[nn.Module], FeaturePlaces]
    """The places of the features that some methods compare."""

    architecture: Callable[[nn.Module, float | None], dict[str, Any]]
    """From a model and its size (None for the teacher) to the JSON values that :attr:`build` needs."""

    build: Callable[[dict[str, Any]], nn.Module]
    """From an architecture to an unpruned model, whose weights are filled in afterwards.

    The file that holds it travels with every export: it imports nothing of the simulator.
    """

    usage: Callable[[Sequence[str], int], str]
    """From the label words and the pixels a side to Python code that loads an export and answers, for its README."""

    written: Callable[[nn.Module, Batch, bytes, Sequence[str]], list[str]]
    """The texts that the model writes for a batch; none if it answers with classes.

    Args:
        model: Of this kind.
        batch: Encoded texts.
        tokenizer: The content of its file.
        label_words: A word for each class.
    """

    check_files: Callable[[Mapping[str, Path]], None]
    """Whether published files, by name, open, and fit this architecture and each other.

    Raises:
        Unusable: if they do not.
    """
