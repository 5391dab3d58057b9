"""What the browser is given to draw of a mask: the weights, which are kept, and how many have which value."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.teaching import lesson
from ui.screens.learn import cells, masks


@pytest.fixture(scope="module")
def part():
    return lesson.of_run("recorded-resnet18").slices[0]


def pruned(part, importance="Magnitude", pattern="Single weights", sparsity=0.5):
    (mask,) = masks.masks((part,), importance, pattern, sparsity, together=False)
    return mask


def test_every_weight_and_what_is_kept_of_it_reaches_the_browser(part):
    mask = pruned(part)
    data = cells.drawn(part, mask, show_threshold=True)
    shape = (data["rows"], data["columns"])
    assert shape == part.weight.shape
    assert np.allclose(np.reshape(data["weights"], shape), part.weight, rtol=1e-3)
    assert np.array_equal(np.reshape([c == "1" for c in data["kept"]], shape), mask)
    assert data["alt"].endswith("50.0 % of the weights shown are pruned.")


def test_the_bars_count_each_weight_once(part):
    mask = pruned(part)
    bins = cells.drawn(part, mask, show_threshold=True)["bins"]
    assert (sum(bins["every"]), sum(bins["kept"])) == (part.weight.size, mask.sum())
    assert all(kept <= every for kept, every in zip(bins["kept"], bins["every"], strict=True))
    middle = slice(cells.BINS // 2 - 2, cells.BINS // 2 + 2)  # the smallest weights are the first to go
    assert sum(bins["kept"][middle]) == 0 < sum(bins["every"][middle])


def test_the_threshold_parts_pruned_from_kept_and_is_drawn_where_magnitude_decides(part):
    mask = pruned(part)
    edge = cells.drawn(part, mask, show_threshold=True)["threshold"]
    assert np.array_equal(np.abs(part.weight) > edge, mask)
    assert cells.drawn(part, mask, show_threshold=False)["threshold"] is None
    rows = pruned(part, pattern="Whole rows")
    assert cells.threshold(part, rows) is None
    assert "no single magnitude" in cells.histogram_alt(part, rows)
