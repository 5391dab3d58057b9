"""Markers of charts drawn as SVG."""

from __future__ import annotations

import re

import pytest

from ui.report import svg


@pytest.mark.parametrize("name", ["circle", "square", "diamond", "x", "star", "cross", "triangle-up"])
def test_each_marker_has_an_outline_around_its_place(name: str) -> None:
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", svg.marker(name, 100, 100, 5))]
    assert len(numbers) > 4 and all(abs(n) <= 110 for n in numbers)
