"""An SVG drawing shows what its figure shows: numbers are read back from the drawing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import plotly.graph_objects as go
import pytest

from tests.ui.invented import measurement
from ui.figures import charts
from ui.figures.run import costs, curves, details
from ui.report import svg

SVG = "{http://www.w3.org/2000/svg}"


def drawing(figure: go.Figure, alt: str = "what it shows") -> ET.Element:
    return ET.fromstring(svg.draw(figure, "a", alt))


def texts(root: ET.Element) -> list[str]:
    return [e.text or "" for e in root.iter(f"{SVG}text")]


def test_bars_are_as_high_as_their_values() -> None:
    figure = charts.figure(300, "", "ms", legend=False)
    figure.add_bar(x=["one", "two"], y=[10.0, 20.0], marker={"color": ["#0072B2", "#808080"]})
    bars = list(drawing(figure).iter(f"{SVG}rect"))
    heights = [float(bar.get("height", "")) for bar in bars]
    assert heights[1] / heights[0] == pytest.approx(2.0, rel=0.01)
    assert [bar.get("fill") for bar in bars] == ["#0072B2", "#808080"]
    assert [bar[0].text for bar in bars] == ["one: 10", "two: 20"]


def test_lying_bars_stand_in_their_rows_the_first_on_top() -> None:
    figure = details.layer_sparsity([measurement("pruned")])
    figure.add_bar(x=[25.0], y=["conv"], orientation="h", marker={"color": "#CC79A7"})
    bars = list(drawing(figure).iter(f"{SVG}rect"))
    assert float(bars[0].get("width", "")) / float(bars[1].get("width", "")) == pytest.approx(2.0, rel=0.01)
    assert float(bars[0].get("height", "")) > 0


def test_a_line_goes_through_its_points() -> None:
    figure = charts.figure(300, "Epoch", "Loss")
    figure.add_scatter(
        x=[0, 1, 2], y=[4, 2, 0], mode="lines", name="student", line={"color": "#D55E00", "dash": "dash"}
    )
    root = drawing(figure)
    path = next(e for e in root.iter(f"{SVG}path") if "L" in e.get("d", "") and e.get("fill") == "none")
    (x0, y0), (x1, y1), (x2, y2) = [tuple(map(float, p.split())) for p in path.get("d", "")[1:].split("L")]
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2) and y1 - y0 == pytest.approx(y2 - y1, abs=0.2)
    assert y0 < y2  # downwards on the page is downwards in value
    assert path.get("stroke-dasharray") == "7 5"
    assert {"student", "Epoch", "Loss"} <= set(texts(root))


def test_error_bars_end_where_the_interval_ends() -> None:
    root = drawing(costs.trade_off([measurement("teacher", accuracy=0.9)]))
    bar = next(e for e in root.iter(f"{SVG}path") if "h8" in e.get("d", ""))
    top, bottom = map(float, re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)", bar.get("d", "")).groups())  # type: ignore[union-attr]
    assert top < bottom


def test_every_cell_of_a_confusion_is_written_in_its_place() -> None:
    m = measurement("recovered", confusion=((7, 1), (2, 190)))
    root = drawing(details.confusion([m], ("cat", "dog")))
    found = {e.text: (float(e.get("x", "")), float(e.get("y", ""))) for e in root.iter(f"{SVG}text")}
    assert found["7"][0] == found["2"][0] < found["1"][0]
    assert found["7"][1] == found["1"][1] < found["2"][1]
    assert found["190"] == (found["1"][0], found["2"][1])


def test_hatched_bars_have_a_pattern_of_their_colour() -> None:
    root = drawing(costs.sizes([measurement("teacher", sparse_bytes=2000), measurement("pruned", sparse_bytes=900)]))
    fills = [bar.get("fill", "") for bar in root.iter(f"{SVG}rect")]
    ids = {pattern.get("id") for pattern in root.iter(f"{SVG}pattern")}
    assert {fill[5:-1] for fill in fills if fill.startswith("url(")} == ids
    assert len(ids) == 6  # gzipped and without zeros, of two variants and of the legend


def test_what_users_named_is_text_and_nothing_else() -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    figure = charts.figure(300, evil, evil)
    figure.add_bar(x=[evil, "b"], y=[1, 2], name=evil, marker={"color": "#808080"})
    drawn = svg.draw(figure, "a", evil)
    root = ET.fromstring(drawn)
    assert "<script" not in drawn and "<img" not in drawn
    assert root.get("aria-label") == evil
    assert evil in texts(root)


def test_a_figure_without_points_says_so() -> None:
    root = drawing(curves.losses({}, "hard", ("control",), 5))
    assert "The curve begins with the first steps" in texts(root)


def test_a_kind_of_trace_that_is_not_drawn_is_refused() -> None:
    figure = charts.figure(300, "", "")
    figure.add_pie(values=[1])
    with pytest.raises(ValueError, match="pie"):
        svg.draw(figure, "a", "")


def test_a_legend_that_is_too_wide_takes_another_row() -> None:
    assert svg.legend_rows(["teacher", "control"]) == [[0, 1]]
    assert svg.legend_rows(["teacher"] * 6) == [[0, 1, 2, 3], [4, 5]]
