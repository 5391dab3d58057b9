"""What all charts share: colours, markers, and an empty figure in the app's style.

A colour stands for a variant and for nothing else, in every chart and table. The colours keep the hues of Okabe and
Ito's, grey for the control, which is the neutral yardstick; they were shifted until any two stay distinct for
colour-blind eyes too and each has at least 3:1 contrast on both backgrounds (tests/ui/test_colours.py). Each variant
also has a marker or a dash of its own.
"""

from __future__ import annotations

import plotly.graph_objects as go

from simulator.events import Variant

COLOURS: dict[Variant, str] = {
    "teacher": "#2764B6",
    "control": "#62666A",
    "distilled": "#C8530A",
    "pruned": "#AC7CB2",
    "recovered": "#1DA165",
}
DASHES: dict[Variant, str] = {
    "teacher": "solid",
    "control": "dash",
    "distilled": "solid",
    "pruned": "dot",
    "recovered": "dashdot",
}
SYMBOLS: dict[Variant, str] = {
    "teacher": "circle",
    "control": "square",
    "distilled": "diamond",
    "pruned": "x",
    "recovered": "star",
}

NEUTRAL = "#9AA3A8"  # for what belongs to no variant; seen on white, on dark and on every bar

CONFIG = {"displayModeBar": False, "responsive": True}
LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0}


def figure(height: int, x_title: str, y_title: str, legend: bool = True, short_labels: bool = False) -> go.Figure:
    """An empty figure in the app's style: fixed height, room for the labels, and above for a legend.

    Args:
        short_labels: Both axes have numbers or short words, so their space is known. A chart that measures the space is
            drawn twice, which is too slow for one that moves with a slider.
    """
    left, below = (56, 48) if short_labels else (8, 8)
    # passed at creation: update_layout takes Plotly seven times as long, longer than all the rest of a chart
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": left, "r": 8, "t": 40 if legend else 8, "b": below},
            "legend": LEGEND,
            "showlegend": legend,
            "hovermode": "closest",
            "uirevision": "keep",
            "dragmode": False,
            "xaxis": {"title": {"text": x_title}, "automargin": not short_labels},
            "yaxis": {"title": {"text": y_title}, "automargin": not short_labels},
        }
    )


def nothing_yet(chart: go.Figure, text: str) -> None:
    """Show a text in place of axes without data."""
    chart.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    chart.add_annotation(text=text, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5, opacity=0.7)
