"""What the screen on a network's inside says about its layers: kinds, colours, sums and shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from simulator.figures import numbers
from simulator.teaching.lesson import LayerFacts

TITLES = {"parameters": "parameters", "macs": "MACs"}

KINDS = {
    "Conv2d": ("convolution", "#6C5CC7", "Slides small filters over the picture; each output channel is one filter."),
    "Linear": ("linear", "#8F5F00", "Mixes all its inputs into each output: one matrix product."),
    "Embedding": ("embedding", "#44727E", "Looks up a row of numbers for each token; that needs no products."),
    "BatchNorm2d": ("norm", "#955062", "Shifts and scales each channel to a common range."),
    "LayerNorm": ("norm", "#955062", "Shifts and scales each token's numbers to a common range."),
    "T5LayerNorm": ("norm", "#955062", "Scales each token's numbers to a common size."),
}  # fmt: skip
OTHER = ("products", "#626E48", "Matrix products without weights of their own, such as attention's scores.")


def kind_of(layer: LayerFacts) -> tuple[str, str, str]:
    """What a layer is in a word, its colour, and what it does."""
    return KINDS.get(layer.kind, OTHER)


def zeros(layer: LayerFacts) -> str:
    """The share of a layer's parameters that are zero, in words."""
    return f"{numbers.percent(layer.zeros / layer.parameters)} zeros" if layer.parameters else "no parameters"


def title(layer: LayerFacts, place: int) -> str:
    """A layer's number and name, in a list of those that run."""
    return f"{place + 1}. {layer.name or layer.kind}"


def most(layers: Sequence[LayerFacts], quantity: Literal["parameters", "macs"]) -> str:
    """Which layer has the largest share of the parameters or the MACs, and how large it is."""
    top = max(layers, key=lambda layer: int(getattr(layer, quantity)))
    share = getattr(top, quantity) / sum(getattr(layer, quantity) for layer in layers)
    return f"{top.name or top.kind} has the most {TITLES[quantity]}, {numbers.percent(share)} of all"


def legend(layers: Sequence[LayerFacts]) -> str:
    """Which colour is which kind of layer, as a list."""
    kinds = {kind: colour for kind, colour, _ in map(kind_of, layers)}
    mark = "display:inline-block;width:0.8em;height:0.8em;border-radius:2px;margin-right:6px"
    items = "".join(f'<li><span style="{mark};background:{of}"></span>{kind}</li>' for kind, of in kinds.items())
    row = "display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0;padding:0;font-size:0.875rem"
    return f'<ul aria-label="Colours of the kinds of layer" style="{row}">{items}</ul>'


def summary(layers: Sequence[LayerFacts], teacher: Sequence[LayerFacts]) -> str:
    """Parameters, zeros and MACs of a network, against the teacher's."""
    parameters, zero, macs = (sum(getattr(x, field) for x in layers) for field in ("parameters", "zeros", "macs"))
    share = parameters / sum(x.parameters for x in teacher)
    return (
        f"**{numbers.count(parameters)}** parameters ({numbers.percent(share)} of the teacher's), "
        f"**{numbers.percent(zero / parameters)}** of them zero, **{numbers.count(macs)}** MACs."
    )


def details(layers: Sequence[LayerFacts], place: int) -> str:
    """One layer: what it does, shapes, zeros, and its shares."""
    layer = layers[place]
    parameters, macs = (sum(getattr(x, field) for x in layers) for field in ("parameters", "macs"))
    shape, out = (" x ".join(map(str, s)) or "none" for s in (layer.weight_shape, layer.output_shape))
    return (
        f"**{layer.name or layer.kind}** ({layer.kind}): {kind_of(layer)[2]}\n\n"
        f"Weight {shape}; output {out}; {numbers.count(layer.parameters)} parameters "
        f"({numbers.percent(layer.parameters / parameters)} of all), {zeros(layer)}; {numbers.count(layer.macs)} MACs "
        f"({numbers.percent(layer.macs / macs)} of all)."
    )
