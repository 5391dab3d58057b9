"""A file whose zeros are left out: the size of a pruned model in a format that knows about zeros.

One safetensors file. Each tensor is stored in the form that takes the fewest bytes:

- "dense": under its own name, every zero in full.
- "bitmask": ``name:values``, the non-zero values in row-major order, and ``name:mask``, one bit a weight
  (1: non-zero), eight to a byte, the first in the lowest bit.
- "2:4": where at most two of every four neighbours along the input dimension (dimension 1, moved last) are
  non-zero. ``name:values`` [groups, 2], and ``name:indices``: for each value two bits that say which of the
  four it is, the first value's in the lower bits; two groups to a byte, the first in the lower four bits. These
  are the non-zero values and 2-bit indices of Mishra et al. 2021, "Accelerating Sparse Deep Neural Networks",
  arXiv:2104.08378, section 3; a GPU's own kernels want them in another order.

The file's metadata names the encoding and shape of every tensor that is not dense. The reader is
``portable.load_sparse``, which travels with every export. A negative zero comes back as zero.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from simulator.engine.measure.size import write_tensors
from simulator.engine.models.portable import BITMASK, TWO_OF_FOUR

DENSE = "dense"
GROUP = 4
ENTRY_BYTES = 300
"""A generous allowance for a second entry in the header and one in the metadata, both with the tensor's name."""


@dataclass(frozen=True)
class SparseFile:
    """What was written.

    Attributes:
        encodings: How many tensors each encoding has.
    """

    bytes: int
    encodings: dict[str, int]


def write_sparse(tensors: Mapping[str, Tensor], file: Path) -> SparseFile:
    """Write ``tensors`` into ``file`` and return its size.

    A file in which no tensor is sparse is measured and removed: it holds the same as the dense one.

    Args:
        tensors: By name, in memory.
    """
    parts: dict[str, Tensor] = {}
    described: dict[str, dict[str, object]] = {}
    for name, tensor in tensors.items():
        encoding, encoded = smallest(tensor)
        parts |= {f"{name}:{part}" if part else name: content for part, content in encoded.items()}
        if encoding != DENSE:
            described[name] = {"encoding": encoding, "shape": list(tensor.shape)}
    write_tensors(parts, file, {"sparse": json.dumps(described, separators=(",", ":"))})
    written = file.stat().st_size
    if not described:
        file.unlink()
    sparse = Counter(str(d["encoding"]) for d in described.values())
    return SparseFile(written, {DENSE: len(tensors) - len(described), **sparse})


def smallest(tensor: Tensor) -> tuple[str, dict[str, Tensor]]:
    """The encoding of a tensor that takes the fewest bytes, and its parts by name (dense: one, without a name).

    At equal size 2:4 is preferred to the bitmask: its groups all have one length, so that hardware can read them.
    """
    width, dense = tensor.element_size(), tensor.numel() * tensor.element_size()
    bitmask = int(tensor.count_nonzero()) * width + -(-tensor.numel() // 8) + ENTRY_BYTES
    halved = dense // 2 + -(-tensor.numel() // 8) + ENTRY_BYTES
    if halved <= bitmask and halved < dense and is_two_of_four(tensor):
        return TWO_OF_FOUR, encode_two_of_four(tensor)
    if bitmask < dense:
        return BITMASK, encode_bitmask(tensor)
    return DENSE, {"": tensor}


def encode_bitmask(tensor: Tensor) -> dict[str, Tensor]:
    """Non-zero values [n], and the mask of all, uint8 [ceil(numel / 8)]."""
    flat = tensor.flatten()
    mask = np.packbits((flat != 0).numpy(), bitorder="little")
    return {"values": flat[flat != 0], "mask": torch.from_numpy(mask)}


def groups_of_four(tensor: Tensor) -> Tensor:
    """[groups, 4]: neighbours along dimension 1, the input dimension of linear and convolution layers."""
    return tensor.movedim(1, -1).reshape(-1, GROUP)


def is_two_of_four(tensor: Tensor) -> bool:
    """Whether every group of four along the input dimension has at most two non-zeros."""
    if tensor.ndim < 2 or tensor.shape[1] % GROUP:
        return False
    return bool((groups_of_four(tensor).count_nonzero(1) <= 2).all())


def encode_two_of_four(tensor: Tensor) -> dict[str, Tensor]:
    """Two values of each group [groups, 2], and their places, uint8 [ceil(groups / 2)].

    A group with fewer than two non-zeros is filled up with its first zeros.
    """
    groups = groups_of_four(tensor)
    # non-zeros first, each kind in its order; then the two that are kept in ascending order
    kept = (groups == 0).to(torch.uint8).argsort(dim=1, stable=True)[:, :2].sort(dim=1).values  # [groups, 2]
    nibbles = (kept[:, 0] | kept[:, 1] << 2).to(torch.uint8)
    nibbles = F.pad(nibbles, (0, len(nibbles) % 2)).view(-1, 2)
    return {"values": groups.gather(1, kept), "indices": nibbles[:, 0] | nibbles[:, 1] << 4}
