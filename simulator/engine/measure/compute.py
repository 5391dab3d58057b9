"""Multiply-adds of one forward pass, counted while it runs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


@torch.no_grad()
def count_macs(
    model: nn.Module, logits: Callable[[nn.Module, dict[str, Tensor]], Tensor], example: dict[str, Tensor]
) -> int:
    """Multiply-adds (MACs) of ``logits(model, example)``; FLOPs are twice as many.

    Matrix products, convolutions and attention are counted; element-wise work (activations,
    norms, softmax) is not. Zeros are multiplied like any other number, so they count.

    Args:
        example: A batch of one.
    """
    model.eval()
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        logits(model, example)
    return counter.get_total_flops() // 2
