"""Load an exported model in plain PyTorch: this file needs torch, safetensors and, by the kind of
model, torchvision or transformers; nothing of the simulator. It travels with every export as load.py."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

ARCHITECTURE_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
SPARSE_FILE = "model.sparse.safetensors"
BITMASK, TWO_OF_FOUR = "bitmask", "2:4"


def restore(folder: str | Path, build: Callable[[dict[str, Any]], nn.Module]) -> nn.Module:
    """The model in ``folder``, in evaluation mode.

    Args:
        folder: Holds config.json (the architecture) and model.safetensors; without that file,
            model.sparse.safetensors is read, which holds the same weights.
        build: From an architecture to an unpruned model; its weights are filled in here.
    """
    folder = Path(folder)
    model = build(json.loads((folder / ARCHITECTURE_FILE).read_text(encoding="utf-8")))
    dense = folder / WEIGHTS_FILE
    fill(model, load_file(dense) if dense.exists() else load_sparse(folder / SPARSE_FILE))
    return model.eval()


def load_sparse(file: str | Path) -> dict[str, Tensor]:
    """The tensors of a file whose zeros were left out, by name, with their zeros put back.

    The metadata names each tensor that is not dense, with its shape: a "bitmask" has one bit a weight
    (1: non-zero), the first in a byte's lowest bit; "2:4" has two values of each four along dimension 1, and
    two bits for the place of each, the first in the lowest bits.
    """
    with safe_open(str(file), "pt") as opened:
        parts = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  it is no dict
        described = json.loads(opened.metadata()["sparse"])
    for name, how in described.items():
        values, shape = parts.pop(f"{name}:values"), how["shape"]
        if how["encoding"] == BITMASK:
            mask = _fields(parts.pop(f"{name}:mask"), 1)[: math.prod(shape)].bool()
            parts[name] = values.new_zeros(mask.shape).masked_scatter_(mask, values).view(shape)
        else:
            places = _fields(parts.pop(f"{name}:indices"), 2)[: values.numel()].view(-1, 2)  # [groups, 2]
            groups = values.new_zeros(len(values), 4).scatter_(1, places, values)
            inputs_last = [shape[0], *shape[2:], shape[1]]
            parts[name] = groups.view(inputs_last).movedim(-1, 1).contiguous()
    return parts


def _fields(packed: Tensor, bits: int) -> Tensor:
    """Unpack numbers of this many bits from bytes, the first in the lowest bits; int64."""
    shifts = torch.arange(0, 8, bits, dtype=torch.uint8)
    return (packed[:, None] >> shifts & (1 << bits) - 1).flatten().long()


def fill(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put ``tensors`` into ``model``, first making its layers as small as they are in the file.

    A structurally pruned model has fewer channels, heads or neurons than its architecture says.
    A tensor that shares memory with another (tied embeddings) is in the file once.
    """
    for name, module in model.named_modules():
        weight = tensors.get(f"{name}.weight")
        if weight is not None and weight.shape != module.weight.shape:
            resize(module, weight)
    model.load_state_dict(tensors, strict=False, assign=True)
    if hasattr(model, "tie_weights"):
        model.tie_weights()
    missing = {
        n for n, t in model.state_dict().items() if n not in tensors and t.data_ptr() not in _addresses(model, tensors)
    }
    if missing:
        raise ValueError(f"The file lacks {sorted(missing)}")


def _addresses(model: nn.Module, tensors: dict[str, Tensor]) -> set[int]:
    """The addresses of the loaded tensors: a tied tensor has the same one as its twin."""
    return {t.data_ptr() for n, t in model.state_dict().items() if n in tensors}


def resize(module: nn.Module, weight: Tensor) -> None:
    """Make a layer's tensors as large as ``weight`` says: [out, in, ...], or [channels] for a norm."""
    if isinstance(module, nn.Embedding):
        module.num_embeddings, module.embedding_dim = weight.shape
    elif isinstance(module, nn.BatchNorm2d):
        module.num_features = len(weight)
        module.running_mean = module.running_mean.new_zeros(len(weight))
        module.running_var = module.running_var.new_ones(len(weight))
    elif isinstance(module, nn.Conv2d):
        if module.groups > 1:  # depthwise: a group a channel
            module.groups = module.in_channels = len(weight)
        else:
            module.in_channels = weight.shape[1]
        module.out_channels = len(weight)
    else:
        module.out_features, module.in_features = weight.shape
    module.weight = nn.Parameter(weight.new_empty(weight.shape))
    if getattr(module, "bias", None) is not None:
        module.bias = nn.Parameter(weight.new_empty(len(weight)))
