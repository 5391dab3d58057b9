"""Load an exported model in plain PyTorch: this file needs torch, safetensors and, by the kind of
model, torchvision or transformers; nothing of the simulator. It travels with every export as load.py."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

ARCHITECTURE_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
SPARSE_FILE = "model.sparse.safetensors"
BITMASK, TWO_OF_FOUR = "bitmask", "2:4"


def load(folder: str | Path) -> nn.Module:
    """The model in ``folder``, in evaluation mode.

    Args:
        folder: Holds config.json (the architecture) and model.safetensors; without that file,
            model.sparse.safetensors is read, which holds the same weights.
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
    """The numbers of so many bits that are packed into bytes, the first in the lowest bits; int64."""
    shifts = torch.arange(0, 8, bits, dtype=torch.uint8)
    return (packed[:, None] >> shifts & (1 << bits) - 1).flatten().long()


def build(architecture: dict[str, Any]) -> nn.Module:
    """An unpruned model of this architecture; its weights are left to be filled in.

    Args:
        architecture: ``model_type`` and what that type needs: a transformers configuration, or
            ``num_classes`` and ``width`` (and ``blocks`` a stage for a ResNet).
    """
    if architecture["model_type"] in ("distilbert", "t5"):
        return build_transformer(architecture)
    if architecture["model_type"] == "mobilenet_v2":
        from torchvision.models import mobilenet_v2

        return mobilenet_v2(width_mult=architecture["width"], num_classes=architecture["num_classes"])
    return build_resnet(architecture["blocks"], architecture["width"], architecture["num_classes"])


def build_transformer(architecture: dict[str, Any]) -> nn.Module:
    """DistilBERT with a classifier, or T5. Random initialisation is skipped: it takes seconds."""
    from transformers import DistilBertConfig, DistilBertForSequenceClassification, T5Config, T5ForConditionalGeneration
    from transformers.initialization import no_init_weights

    with no_init_weights():
        if architecture["model_type"] == "distilbert":
            return DistilBertForSequenceClassification(DistilBertConfig(**architecture))
        return T5ForConditionalGeneration(T5Config(**architecture))


def build_resnet(blocks: int, width: float, num_classes: int) -> nn.Module:
    """torchvision's ResNet of four stages with ``blocks`` basic blocks each and ``width`` times its channels."""
    from torchvision.models.resnet import BasicBlock, ResNet

    model = ResNet(BasicBlock, [blocks] * 4, num_classes=num_classes)
    if width != 1.0:
        narrow(model, BasicBlock, blocks, width)
    for stage in (model.layer2, model.layer3, model.layer4):
        stage[0].downsample[0] = StridedPointwise(stage[0].downsample[0])
    return model


def narrow(model: nn.Module, block: type[nn.Module], blocks: int, width: float) -> None:
    """Make the stages of a torchvision ResNet ``width`` times as wide, with weights drawn anew."""
    channels = [int(64 * width * 2**stage) for stage in range(4)]
    model.conv1 = nn.Conv2d(3, channels[0], kernel_size=7, stride=2, padding=3, bias=False)
    model.bn1 = nn.BatchNorm2d(channels[0])
    model.inplanes = channels[0]
    for stage, planes in enumerate(channels):
        setattr(model, f"layer{stage + 1}", model._make_layer(block, planes, blocks, stride=1 if stage == 0 else 2))
    model.fc = nn.Linear(channels[-1], model.fc.out_features)
    for module in model.modules():  # as torchvision initialises the layers that were replaced
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class StridedPointwise(nn.Conv2d):
    """A 1x1 convolution with a stride, trained as one without a stride on every pixel that the stride lands on.

    Outputs and gradients are the same. oneDNN's gradient for the weights of the strided one overruns its workspace
    where pictures are stored channels last and have fewer channels than a vector holds numbers (8 with AVX2, 16 with
    AVX-512), as a pruned student's have: https://github.com/uxlfoundation/oneDNN/issues/6035.

    Args:
        layer: The convolution, of kernel 1 and without a bias, whose weight becomes this one's.
    """

    def __init__(self, layer: nn.Conv2d) -> None:
        super().__init__(layer.in_channels, layer.out_channels, 1, layer.stride, bias=False, device="meta")
        self.weight = layer.weight

    def forward(self, pixels: Tensor) -> Tensor:
        """[examples, in_channels, height, width] to [examples, out_channels, height / stride, width / stride]."""
        if not torch.is_grad_enabled():
            return super().forward(pixels)
        return F.conv2d(F.avg_pool2d(pixels, 1, self.stride), self.weight)


def fill(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put ``tensors`` into ``model``, first making its layers as small as they are in the file.

    A structurally pruned model has fewer channels, heads or neurons than its architecture says.
    A tensor that shares memory with another (tied embeddings) stands in the file once.
    """
    for name, module in model.named_modules():
        weight = tensors.get(f"{name}.weight")
        if weight is not None and weight.shape != module.weight.shape:
            resize(module, weight)
        if hasattr(module, "n_heads") and (query := tensors.get(f"{name}.q.weight")) is not None:
            module.n_heads = len(query) // module.key_value_proj_dim  # T5: fewer heads of the same width
            module.inner_dim = len(query)
    model.load_state_dict(tensors, strict=False, assign=True)
    if hasattr(model, "tie_weights"):
        model.tie_weights()
    missing = {
        n for n, t in model.state_dict().items() if n not in tensors and t.data_ptr() not in _addresses(model, tensors)
    }
    if missing:
        raise ValueError(f"The file lacks {sorted(missing)}")


def _addresses(model: nn.Module, tensors: dict[str, Tensor]) -> set[int]:
    """Where the loaded tensors lie: a tied tensor lies where its twin does."""
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
