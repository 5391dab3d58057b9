"""Importance: the score by which weights are ranked. The smallest go first."""

from __future__ import annotations

from torch import Tensor


def magnitude(weight: Tensor) -> Tensor:
    """The absolute value of every weight, in the weight's shape.

    Source: Han, Pool, Tran and Dally 2015, "Learning both Weights and Connections for Efficient
    Neural Networks", arXiv:1506.02626.
    """
    return weight.detach().abs()
