"""Fashion-MNIST: small real files in the published format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.engine.datasets import fashion_mnist
from simulator.errors import NotAvailable
from tests.simulator.engine.datasets.conftest import put


def idx(array: np.ndarray) -> bytes:
    """The format of MNIST's files: a type, the dimensions, the bytes."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


def fashion_files() -> dict[str, bytes]:
    files = {}
    for seed, (part, count) in enumerate((("train", 100), ("t10k", 20))):
        pictures = np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        files[f"{part}-images-idx3-ubyte"] = idx(pictures)
        files[f"{part}-labels-idx1-ubyte"] = idx(np.arange(count) % 10)
    return files


def test_fashion_mnist_from_a_filled_folder(folder: Path) -> None:
    put(folder / "FashionMNIST/raw", fashion_files())
    data = fashion_mnist.load()
    assert [len(part) for part in (data.train, data.validation, data.test)] == [90, 10, 20]
    assert data.test.inputs.shape == (20, 28, 28, 3)
    assert data.test.inputs.dtype == np.uint8
    assert np.array_equal(data.test.inputs[..., 0], data.test.inputs[..., 2])
    published = np.frombuffer(fashion_files()["t10k-images-idx3-ubyte"], np.uint8)[16:].reshape(-1, 28, 28)
    assert sorted(p.tobytes() for p in data.test.inputs[..., 0]) == sorted(p.tobytes() for p in published)


def test_fashion_mnist_that_is_broken_is_said_and_does_not_stay(folder: Path) -> None:
    files = fashion_files()
    put(folder / "FashionMNIST/raw", {**files, "t10k-images-idx3-ubyte": files["t10k-images-idx3-ubyte"][:-1]})
    with pytest.raises(NotAvailable, match=r"Fashion-MNIST.*all were removed"):
        fashion_mnist.load()
    assert not (folder / "FashionMNIST").exists()
