"""Masks against the engine's own, importances against their formulas, bytes by decoding them again."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from simulator.engine.pruning import masks as engine
from simulator.teaching.lesson import Slice, SliceFacts
from ui.figures import charts
from ui.screens.learn import answers, layers, masks

DRAW = np.random.default_rng(1)


def part(scale=1.0):
    facts = SliceFacts(layer="a", kind="Linear", weight_shape=(16, 32), rows=16, columns=32)
    weight, gradient = DRAW.normal(0, scale, (2, 16, 32)).astype(np.float32)
    return Slice(facts, weight, gradient, np.abs(DRAW.normal(size=32)).astype(np.float32))


PARTS = (part(1.0), part(0.2))


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 0.95])
def test_layer_wise_and_global_masks_are_the_engines(sparsity):
    sizes = {str(i): torch.from_numpy(p.weight).abs() for i, p in enumerate(PARTS)}
    for together, theirs in ((True, engine.global_masks), (False, engine.layer_wise_masks)):
        expected = theirs(sizes, sparsity)
        ours = masks.masks(PARTS, "Magnitude", "Single weights", sparsity, together)
        for i, mask in enumerate(ours):
            np.testing.assert_array_equal(mask, expected[str(i)].numpy())


def test_two_of_four_keeps_the_two_largest_of_every_four():
    (mask,) = masks.masks(PARTS[:1], "Magnitude", "2:4", 0.1, True)
    groups, size = mask.reshape(-1, 4), np.abs(PARTS[0].weight).reshape(-1, 4)
    assert (groups.sum(1) == 2).all()
    assert all(s[m].min() >= s[~m].max() for s, m in zip(size, groups, strict=True))


def test_whole_rows_go_or_stay_together():
    for together in (True, False):
        for mask in masks.masks(PARTS, "Magnitude", "Whole rows", 0.5, together):
            assert ((mask.all(1)) | (~mask.any(1))).all()
    first, second = masks.masks(PARTS, "Magnitude", "Whole rows", 0.5, True)
    assert first.all() and not second.any()  # the second slice's weights are five times smaller


def test_importances_are_their_formulas():
    p = PARTS[0]
    np.testing.assert_array_equal(masks.scores(p, "Taylor"), np.abs(p.weight * p.gradient))
    np.testing.assert_array_equal(masks.scores(p, "Wanda"), np.abs(p.weight) * p.input_norm[None, :])
    (mask,) = masks.masks((p,), "Wanda", "Single weights", 0.5, True)
    assert (mask.sum(1) == 16).all()  # within each output


def test_agreement_is_one_with_oneself_and_the_sparsity_by_chance():
    a, b = DRAW.random((2, 400, 400)) > 0.3
    assert masks.agreement(a, a) == 1
    assert masks.agreement(a, b) == pytest.approx(0.3, abs=0.01)
    assert masks.agreement(a, ~a) == 0


def test_the_sparse_encoding_holds_everything():
    weight = PARTS[0].weight
    (mask,) = masks.masks(PARTS[:1], "Magnitude", "Single weights", 0.5, False)
    sizes = masks.encoded(weight, mask)
    assert sizes["dense"] == 4 * weight.size
    assert sizes["sparse"] == weight.size // 8 + 4 * mask.sum()
    assert sizes["gzipped"] < sizes["dense"]
    (rows,) = masks.masks(PARTS[:1], "Magnitude", "Whole rows", 0.5, False)
    assert masks.encoded(weight, rows)["rows cut out"] == sizes["dense"] // 2


def test_no_layers_colour_is_a_variants():
    taken = set(charts.COLOURS.values())
    assert not taken & {colour for _, colour, _ in (*layers.KINDS.values(), layers.OTHER)}
    assert not taken & {answers.SOFT, answers.HARD}
