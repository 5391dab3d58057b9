"""The layers of a network as they really are: shapes, zeros, and the multiply-adds of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from simulator.engine.datasets.batches import Batch
from simulator.engine.measure.size import kind_of
from simulator.teaching.lesson import LayerFacts

OUTSIDE = "products outside every layer"

Logits = Callable[[nn.Module, Batch], Tensor]


@torch.no_grad()
def layers_of(model: nn.Module, logits: Logits, example: Batch) -> tuple[LayerFacts, ...]:
    """Every module that has parameters or multiplies on its own, in the order in which they ran.

    A module's own MACs are those counted in it minus those counted in its children; MACs counted in no
    module at all come last, under the name "".

    Args:
        logits: The model file's ``logits(model, batch)``.
        example: A batch of one.
    """
    model.eval()
    outputs: dict[str, tuple[int, ...]] = {}
    names = {module: name for name, module in model.named_modules()}

    def note(module: nn.Module, inputs: object, out: object) -> None:
        outputs.setdefault(names[module], shape_of(out))

    handles = [module.register_forward_hook(note) for module in names]
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        Whole(model, logits)(example)
    for handle in handles:
        handle.remove()
    found = facts_of(model, own_macs(counter), outputs)
    order = {name: place for place, name in enumerate(n for n in outputs if n)}
    return tuple(sorted(found, key=lambda layer: order.get(layer.name, len(order))))


def facts_of(model: nn.Module, macs: Mapping[str, int], outputs: Mapping[str, tuple[int, ...]]) -> list[LayerFacts]:
    """Every module that has parameters of its own or multiplies, and the MACs counted in none of them.

    Args:
        macs: By module name, without those of its children; "" for MACs counted in no part of the model.
        outputs: By module name, the shape of its first output.
    """
    seen: set[int] = set()
    found = []
    for name, module in model.named_modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen |= {id(p) for p in own}
        if name and (own or macs.get(name)):
            weight = getattr(module, "weight", None)
            layer = LayerFacts(
                name=name,
                kind=kind_of(module),
                weight_shape=tuple(weight.shape) if isinstance(weight, Tensor) else (),
                parameters=sum(p.numel() for p in own),
                zeros=sum(p.numel() - int(p.count_nonzero()) for p in own),
                macs=macs.get(name, 0),
                output_shape=outputs.get(name, ()),
            )
            found.append(layer)
    if macs[""]:
        outside = LayerFacts(
            name="", kind=OUTSIDE, weight_shape=(), parameters=0, zeros=0, macs=macs[""], output_shape=()
        )
        found.append(outside)
    return found


def shape_of(out: object) -> tuple[int, ...]:
    """The shape of a module's first output without the batch; () if that is no tensor."""
    first = out if isinstance(out, Tensor) else next(iter(out), None) if isinstance(out, tuple) else None
    return tuple(first.shape[1:]) if isinstance(first, Tensor) else ()


class Whole(nn.Module):
    """A model together with its ``logits`` function: one root, so that everything counted has a name below it."""

    def __init__(self, model: nn.Module, logits: Logits) -> None:
        super().__init__()
        self.model, self.logits = model, logits

    def forward(self, batch: Batch) -> Tensor:
        """Class logits, [batch, classes]."""
        return self.logits(self.model, batch)


def own_macs(counter: FlopCounterMode) -> dict[str, int]:
    """MACs by module name, without those of its children; "" for MACs counted in no part of the model."""
    counts = {name: sum(flops.values()) // 2 for name, flops in counter.get_flop_counts().items()}
    prefix = f"{Whole.__name__}.model."
    inside = {name.removeprefix(prefix): macs for name, macs in counts.items() if name.startswith(prefix)}
    own = dict(inside)
    for name, macs in inside.items():
        parent = name.rpartition(".")[0]
        while parent and parent not in inside:
            parent = parent.rpartition(".")[0]
        if parent:
            own[parent] -= macs
    own[""] = counter.get_total_flops() // 2 - sum(own.values())
    return own
