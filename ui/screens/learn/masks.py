"""Which weights of a slice go, and what is left of its bytes: NumPy on a matrix [outputs, inputs]. True = kept."""

from __future__ import annotations

import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.teaching.lesson import Slice

Mask = NDArray[np.bool_]
Pattern = Literal["Single weights", "2:4", "Whole rows"]
Importance = Literal["Magnitude", "Taylor", "Wanda"]

PATTERNS: dict[Pattern, str] = {
    "Single weights": "Any weight may go.",
    "2:4": "Two of every four neighbours go, whatever the slider says.",
    "Whole rows": "All weights of an output go together.",
}
IMPORTANCES: dict[Importance, str] = {
    "Magnitude": "|w|: small weights go (Han et al. 2015).",
    "Taylor": "|w · gradient|: how much the loss is expected to change (Molchanov et al. 2019).",
    "Wanda": "|w| · norm of its input, compared within an output (Sun et al. 2023).",
}
GZIP_LEVEL = 6  # as the run's own measurement packs whole files


def scores(part: Slice, importance: Importance) -> NDArray[Any]:
    """The importance of every weight of a slice, [rows, columns]; the formulas' sources are in IMPORTANCES."""
    factor: NDArray[Any] = np.ones(1, dtype=np.float32)
    if importance == "Taylor":
        factor = np.abs(part.gradient)
    elif importance == "Wanda":
        factor = part.input_norm
    result: NDArray[Any] = np.abs(part.weight) * factor
    return result


def keep_largest(values: NDArray[Any], sparsity: float) -> Mask:
    """A mask that drops exactly ``round(sparsity * size)`` of the smallest values."""
    mask = np.ones(values.size, dtype=bool)
    mask[np.argsort(values, axis=None, kind="stable")[: round(sparsity * values.size)]] = False
    return mask.reshape(values.shape)


def two_of_four(values: NDArray[Any]) -> Mask:
    """Keep the two largest of every four neighbours in a row (Mishra et al. 2021, arXiv:2104.08378)."""
    groups = values.reshape(-1, 4)
    mask = np.zeros(groups.shape, dtype=bool)
    np.put_along_axis(mask, np.argsort(-groups, axis=1, kind="stable")[:, :2], True, axis=1)
    return mask.reshape(values.shape)


def masks(
    parts: tuple[Slice, ...], importance: Importance, pattern: Pattern, sparsity: float, together: bool
) -> list[Mask]:
    """A mask for each slice.

    Args:
        together: One ranking over all slices (global); else each loses the same share (layer-wise). 2:4 and
            Wanda compare neighbours and outputs, so for them there is no difference.
    """
    values = [scores(part, importance) for part in parts]
    if pattern == "2:4":
        return [two_of_four(v) for v in values]
    if pattern == "Whole rows":
        norms = [np.linalg.norm(v, axis=1) for v in values]
        kept = split_ranking(norms, sparsity) if together else [keep_largest(n, sparsity) for n in norms]
        return [np.repeat(k[:, None], v.shape[1], axis=1) for k, v in zip(kept, values, strict=True)]
    if importance == "Wanda":
        return [np.stack([keep_largest(row, sparsity) for row in v]) for v in values]
    return split_ranking(values, sparsity) if together else [keep_largest(v, sparsity) for v in values]


def split_ranking(values: list[NDArray[Any]], sparsity: float) -> list[Mask]:
    """One ranking over several arrays, returned as a mask for each."""
    mask = keep_largest(np.concatenate([v.ravel() for v in values]), sparsity)
    ends = np.cumsum([v.size for v in values])[:-1]
    return [part.reshape(v.shape) for part, v in zip(np.split(mask, ends), values, strict=True)]


def agreement(first: Mask, second: Mask) -> float:
    """The share of the weights that ``first`` drops which ``second`` drops too; 1 if none is dropped."""
    dropped = int((~first).sum())
    return float((~first & ~second).sum() / dropped) if dropped else 1.0


def encoded(weight: NDArray[np.float32], mask: Mask) -> dict[str, int]:
    """Bytes of a pruned slice, really encoded in each way.

    "sparse" is the kept values as float32 after one bit per weight that says which they are. "rows cut out" keeps
    the rows that have a kept weight, dense.
    """
    pruned = np.ascontiguousarray(weight * mask, dtype=np.float32)
    packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
    dense = pruned.tobytes()
    return {
        "dense": len(dense),
        "gzipped": len(packer.compress(dense) + packer.flush()),
        "sparse": len(np.packbits(mask).tobytes() + pruned[mask].tobytes()),
        "rows cut out": len(pruned[mask.any(1)].tobytes()),
    }
