"""What the two image models share: ImageNet normalisation and resizing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from simulator.engine.host.weights import Weights

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
