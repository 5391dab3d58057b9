"""A network's layers as boxes in space that can be turned: a component of our own, drawn by space.js.

It keeps its element when its data change, so it responds at once and keeps its rotation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from simulator.figures import numbers
from simulator.teaching.lesson import LayerFacts
from ui.kit.component import component
from ui.screens.learn.layers import kind_of, most, title, zeros

THICK = 0.7  # of the distance from one box to the next
HTML = """
<canvas role="application" aria-roledescription="picture that can be turned" tabindex="0"></canvas>
<canvas role="img"></canvas><div class="tip" aria-hidden="true"></div>
"""
TIP = """
:host, div { color: var(--st-text-color); font-family: var(--st-font); }
.tip {
    position: absolute; pointer-events: none; white-space: pre; font-size: 0.8rem; padding: 0.3rem 0.5rem;
    border-radius: 0.4rem; background: var(--st-secondary-background-color); max-width: 100%; overflow: hidden;
}
.tip:empty { display: none; }
"""
"""The style of the words beside the pointer."""

CSS = (
    TIP
    + """
canvas { display: block; width: 100%; height: 340px; cursor: grab; touch-action: pan-y; color: inherit; }
canvas:active { cursor: grabbing; }
canvas + canvas { height: 150px; margin-top: 0.5rem; }
canvas + canvas, canvas + canvas:active { cursor: pointer; touch-action: auto; }
canvas:focus-visible { outline: 2px solid var(--st-primary-color); border-radius: 0.5rem; }
"""
)

_mount = component("layers_in_space", __file__, HTML, CSS)


def boxes(
    network: str,
    layers: Sequence[LayerFacts],
    teacher: Sequence[LayerFacts],
    before: Sequence[LayerFacts],
    chosen: int,
    take: Callable[[int], None],
) -> None:
    """One box per layer, in a row, on the teacher's scale, and a bar each for its MACs; a click chooses one.

    Args:
        before: Drawn as a shadow around them: what the network was before it was pruned.
        chosen: The place in ``layers`` of the one that is marked.
        take: Called with a layer's place in ``layers`` before the screen is drawn again.
    """
    key = "inside_boxes"
    _mount(
        key=key,
        data={
            **scene(layers, teacher, before),
            "bars": bars(layers),
            "chosen": chosen,
            "alt": alt(network, layers, before),
            "bars_alt": f"MACs by layer of {network}: {most(layers, 'macs')}.",
        },
        on_layer_change=lambda: take(int(st.session_state[key]["layer"])),
    )


def scene(
    layers: Sequence[LayerFacts], teacher: Sequence[LayerFacts], before: Sequence[LayerFacts] = ()
) -> dict[str, Any]:
    """What space.js draws: each box's place, size, colour and text, and the scale that all networks share."""
    largest = drawn(teacher)
    was = {layer.name: layer for layer in drawn(before)}
    return {
        "boxes": [
            {
                "at": at,
                "layer": place,
                "width": width(layer),
                "height": height(layer),
                "colour": kind_of(layer)[1],
                "text": f"{layer.name}\n{' x '.join(map(str, layer.output_shape))}, {zeros(layer)}",
                "before": {"width": width(old), "height": height(old)} if (old := was.get(layer.name)) else None,
            }
            for at, (place, layer) in enumerate((n, x) for n, x in enumerate(layers) if is_drawn(x))
        ],
        "widest": max(map(width, largest)),
        "tallest": max(map(height, largest)),
        "thick": THICK,
    }


def bars(layers: Sequence[LayerFacts]) -> list[dict[str, Any]]:
    """Each layer's share of the MACs, in the order in which they run, with its colour and words."""
    total = sum(layer.macs for layer in layers)
    return [
        {
            "share": layer.macs / total,
            "colour": kind_of(layer)[1],
            "text": f"{title(layer, place)}\n{numbers.percent(layer.macs / total)} of the MACs, "
            f"{numbers.count(layer.parameters)} parameters",
        }
        for place, layer in enumerate(layers)
    ]


def alt(network: str, layers: Sequence[LayerFacts], before: Sequence[LayerFacts]) -> str:
    """The widest layer, and how many channels and features were removed."""
    shown = drawn(layers)
    wide = max(shown, key=width)
    text = f"Layers of {network} as boxes: {wide.name} is the widest with {width(wide)}"
    if not before:
        return f"{text}."
    was, now = (sum(map(width, drawn(x))) for x in (before, layers))
    gone = (
        f"{numbers.whole(was - now)} of {numbers.whole(was)} channels and features are gone"
        if now < was
        else "no channel or feature is gone"
    )
    return f"{text}; {gone}."


def drawn(layers: Sequence[LayerFacts]) -> list[LayerFacts]:
    """The layers that are drawn as boxes: in the order in which they run."""
    return [layer for layer in layers if is_drawn(layer)]


def is_drawn(layer: LayerFacts) -> bool:
    """Whether a layer has a weight matrix or filter and an output whose shape is known."""
    return len(layer.weight_shape) > 1 and bool(layer.output_shape)


def width(layer: LayerFacts) -> int:
    """Channels, or features, of a layer's output."""
    return layer.output_shape[0] if len(layer.output_shape) == 3 else layer.output_shape[-1]


def height(layer: LayerFacts) -> int:
    """Pixels a side, or tokens, of a layer's output; 1 where there is one vector."""
    return layer.output_shape[-1] if len(layer.output_shape) == 3 else (*layer.output_shape[-2:-1], 1)[0]
