"""What image models share: their pictures, their answers, and how published weights are loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.engine.datasets.batches import Batch
from simulator.engine.models.base import ADVICE, Model, Weights
from simulator.engine.models.places import Units
from simulator.errors import NotAvailable

# The mean and standard deviation of ImageNet's pixels, which torchvision's weights expect.
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def make_encoder(
    train_inputs: np.ndarray, label_words: Sequence[str], weights: Weights, folder: Path, image_size: int
) -> Callable[[np.ndarray], dict[str, Tensor]]:
    """A function from pictures [examples, height, width, 3] of 0..255 to ``pixels`` [examples, 3, size, size].

    The pictures are resized (bilinear) and normalised as ImageNet's are.

    Args:
        train_inputs, label_words, weights, folder: Not used by image models.
        image_size: Pixels a side.
    """

    def encode(pictures: np.ndarray) -> dict[str, Tensor]:
        x = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
        x = F.interpolate(x, size=(image_size, image_size), mode="bilinear", antialias=True, align_corners=False)
        return {"pixels": ((x - MEAN) / STD).contiguous(memory_format=torch.channels_last)}

    return encode


def logits(model: nn.Module, batch: Batch) -> Tensor:
    """Class logits, [batch, classes]."""
    out: Tensor = model(batch["pixels"])
    return out


def units(model: nn.Module) -> Units | None:
    """None: a CNN's channels are found by tracing it."""
    return None


def written(model: nn.Module, batch: Batch, tokenizer: bytes, label_words: Sequence[str]) -> list[str]:
    """None: an image model answers with classes."""
    return []


def check_files(files: Mapping[str, Path]) -> None:
    """A checkpoint is compared with the model when it is loaded: :func:`load_torchvision`."""


def load_torchvision(model: nn.Module, weights: Weights) -> None:
    """Load a torchvision checkpoint into the 1000-class model it was published for.

    Args:
        weights: Published ones, in a file.

    Raises:
        NotAvailable: if the file does not fit the model.
    """
    assert weights.file is not None
    try:
        # weights_only: a .pth file is a pickle, and only tensors may be loaded from it.
        model.load_state_dict(torch.load(weights.file, map_location="cpu", weights_only=True), strict=True)
    except (RuntimeError, UnpicklingError) as error:
        raise NotAvailable(f"{weights.file} does not fit {weights.repository}: {error}", ADVICE) from error


USAGE = """\
import numpy as np
from torchvision.transforms.v2 import functional as F
from load import load

model = load(".")
pictures = np.zeros((1, 8, 8, 3), dtype="uint8")   # yours: [examples, height, width, 3], 0 to 255
x = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255
x = torch.nn.functional.interpolate(x, size=({size}, {size}), mode="bilinear", antialias=True)
x = F.normalize(x, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
logits = model(x)
"""


def usage(label_words: Sequence[str], image_size: int) -> str:
    """Python that loads an export and answers with ``logits``, for its README."""
    return USAGE.format(size=image_size)


image_model = partial(
    Model,
    tokenizer_file="",
    make_encoder=make_encoder,
    logits=logits,
    answering_logits=logits,  # every part of a CNN's work reaches its answer: there is nothing to leave out in training
    exported_call=logits,
    units=units,
    usage=usage,
    written=written,
    check_files=check_files,
)
"""A model for pictures, from its own network and the names of its classifier."""
