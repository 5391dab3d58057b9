"""What image models share: their pictures, their answers, and how published weights are loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from simulator.engine.models import MODULES, images
from simulator.engine.models.base import Weights
from simulator.errors import NotAvailable


@pytest.mark.parametrize("size", [8, 32])
def test_pictures_are_resized_and_normalised_as_imagenets_are(size: int) -> None:
    colour = np.array([255, 128, 0], dtype="uint8")
    pictures = np.broadcast_to(colour, (2, 8, 8, 3))
    pixels = images.make_encoder(pictures, (), None, Path(), size)(pictures)["pixels"]
    assert pixels.shape == (2, 3, size, size)
    assert pixels.is_contiguous(memory_format=torch.channels_last)
    expected = (colour / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    torch.testing.assert_close(pixels.mean((0, 2, 3)).double(), torch.from_numpy(expected), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
def test_image_models_have_nothing_to_leave_out(name):
    assert MODULES[name].answering_logits is MODULES[name].logits


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
def test_an_image_model_writes_nothing_and_its_channels_are_found_by_tracing(name: str) -> None:
    assert MODULES[name].units(nn.Identity()) is None
    assert MODULES[name].written(nn.Identity(), {}, b"", ()) == []
    compile(MODULES[name].usage((), 64), "README", "exec")
    assert "size=(64, 64)" in MODULES[name].usage((), 64)


def published(file: Path) -> Weights:
    return Weights("pretrained", "torchvision/tiny", "V1", file.parent, file, None, "")


def test_a_checkpoint_is_loaded_whole_or_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "tiny.pth"
    theirs, mine = nn.Linear(2, 3), nn.Linear(2, 3)
    torch.save(theirs.state_dict(), file)
    images.load_torchvision(mine, published(file))
    assert torch.equal(mine.weight, theirs.weight)
    with pytest.raises(NotAvailable, match=r"tiny\.pth does not fit torchvision/tiny"):
        images.load_torchvision(nn.Linear(2, 4), published(file))
    torch.save(theirs, file)  # a pickled module: only tensors may come out of a file
    with pytest.raises(NotAvailable, match=r"tiny\.pth does not fit torchvision/tiny"):
        images.load_torchvision(mine, published(file))
