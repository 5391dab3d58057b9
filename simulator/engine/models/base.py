"""What every model offers to the engine. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor, nn

    from simulator.engine.datasets.batches import Batch
    from simulator.engine.models.places import FeaturePlaces, Units


ADVICE = (
    "Connect to the internet and try again, run `python -m simulator prepare` ahead of time where there is a "
    'connection, or choose weights="scratch".'
)
"""What to do where published weights cannot be used."""


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


@runtime_checkable
class Model(Protocol):
    """A module that knows one model: it has these constants and functions.

    ``images.py`` and ``text.py`` have what models of a kind share. docs/adding_a_model.md goes through an example.
    """

    CLASSIFIER: tuple[str, ...]
    """Names of the top-level modules that answer with classes: pruning leaves them alone, unless it is asked not to."""

    TOKENIZER_FILE: str
    """The name of the tokenizer's file; "" for an image model."""

    def build_teacher(self, num_classes: int, weights: Weights, seed: int) -> nn.Module:
        """The published architecture at full size, for ``num_classes`` classes.

        Args:
            weights: Published weights, or from scratch.
            seed: Decides the random weights.
        """

    def build_student(self, teacher: nn.Module, size: float, seed: int) -> nn.Module:
        """A smaller model of the same kind; the catalogue says what ``size`` counts."""

    def make_encoder(
        self, train_inputs: Any, label_words: Sequence[str], weights: Weights, folder: Path, image_size: int
    ) -> Callable[[Any], Batch]:
        """A function from inputs to tensors, each [examples, ...].

        Args:
            train_inputs: The training split, for a tokenizer that is trained here.
            label_words: A word a class.
            weights: Published weights bring their tokenizer.
            folder: Where a tokenizer that is trained here is kept.
            image_size: Pixels a side.
        """

    def logits(self, model: nn.Module, batch: Batch) -> Tensor:
        """Class logits, [batch, classes]."""

    def answering_logits(self, model: nn.Module, batch: Batch) -> Tensor:
        """The same logits for training, without the work that no logit depends on."""

    def exported_call(self, model: nn.Module, batch: Batch) -> Tensor:
        """The same logits as the README of an export has them; MACs and latency are of this call."""

    def units(self, model: nn.Module) -> Units | None:
        """The neurons and heads that structured pruning removes; None for a CNN, whose channels are traced."""

    def feature_places(self, model: nn.Module) -> FeaturePlaces:
        """Where the features lie that some methods compare."""

    def architecture(self, model: nn.Module, size: float | None) -> dict[str, Any]:
        """What :meth:`build` needs, as JSON values; ``size`` is None for the teacher."""

    def build(self, architecture: dict[str, Any]) -> nn.Module:
        """An unpruned model of this architecture, whose weights are filled in afterwards.

        The file that holds it travels with every export: it imports nothing of the simulator.
        """

    def usage(self, label_words: Sequence[str], image_size: int) -> str:
        """Python that loads an export and answers with ``logits``, for its README."""

    def written(self, model: nn.Module, batch: Batch, tokenizer: bytes, label_words: Sequence[str]) -> list[str]:
        """The texts that the model writes for a batch; none where it answers with classes.

        Args:
            tokenizer: The content of its file.
        """

    def check_files(self, files: Mapping[str, Path]) -> None:
        """Whether published files open, and fit this architecture and each other.

        Raises:
            Unusable: if they do not.
        """
