"""Layers as boxes: as wide and high as they are, and smaller where channels went."""

from __future__ import annotations

import pytest

from ui.screens.learn import space


def test_boxes_are_as_wide_and_high_as_the_layers_and_shrink_with_their_channels(opened):
    networks = opened.facts.networks
    widths = {}
    for name in ("distilled", "pruned", "channels removed"):
        boxes = space.scene(networks[name], networks["teacher"])["boxes"]
        shapes = [networks[name][box["layer"]].output_shape for box in boxes]
        assert [(box["width"], box["height"]) for box in boxes] == [(s[0], s[-1] if s[2:] else 1) for s in shapes]
        widths[name] = sum(box["width"] for box in boxes)
    assert widths["pruned"] == widths["distilled"] > widths["channels removed"]


def test_a_bar_a_layer_shows_its_share_of_the_macs(opened):
    layers = opened.facts.networks["pruned"]
    bars = space.bars(layers)
    total = sum(x.macs for x in layers)
    assert [bar["share"] for bar in bars] == pytest.approx([x.macs / total for x in layers])
    assert sum(bar["share"] for bar in bars) == pytest.approx(1)
    assert all(bar["text"].startswith(f"{i}. {x.name}") for i, (bar, x) in enumerate(zip(bars, layers, strict=True), 1))


def test_all_networks_are_drawn_on_the_teachers_scale(opened):
    networks = opened.facts.networks
    widest = max(x.output_shape[0] for x in networks["teacher"] if len(x.weight_shape) > 1)
    for layers in networks.values():
        scene = space.scene(layers, networks["teacher"])
        assert scene["widest"] == widest
        assert max(box["width"] for box in scene["boxes"]) <= widest


def test_a_first_convolutions_box_has_its_channels_and_pixels(opened):
    first = opened.facts.networks["teacher"][0]
    assert (first.name, space.width(first), space.height(first)) == ("conv1", 64, 16)


def test_what_was_there_before_pruning_stands_behind_as_a_shadow(opened):
    networks = opened.facts.networks
    before, after = networks["distilled"], networks["channels removed"]
    boxes = space.scene(after, networks["teacher"], before)["boxes"]
    assert all(box["before"]["width"] >= box["width"] for box in boxes)
    gone = sum(box["before"]["width"] - box["width"] for box in boxes)
    assert gone > 0
    assert f"{gone:,} of " in space.alt("channels removed", after, before)
    assert "no channel or feature is gone" in space.alt("pruned", networks["pruned"], before)
