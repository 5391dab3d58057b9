"""What the Learn screens draw of the shipped lesson: real widths, real sums, the right examples."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.teaching import lesson
from ui.screens.learn import changed, inside, opening, space
from ui.screens.learn import layers as facts


@pytest.fixture(scope="module")
def opened():
    return lesson.of_run("recorded-resnet18")


def test_the_tree_maps_root_holds_all_parameters_and_its_leaves_add_up(opened):
    layers = opened.facts.networks["teacher"]
    (tree,) = inside.tree_map(layers).data
    values, total = dict(zip(tree.ids, tree.values, strict=True)), sum(x.parameters for x in layers)
    assert values["all"] == total
    assert sum(v for i, v in values.items() if i not in tree.parents) == total


def test_a_block_that_is_but_numbered_has_the_name_of_what_it_is_in(opened):
    (tree,) = inside.tree_map(opened.facts.networks["teacher"]).data
    named = dict(zip(tree.ids, tree.labels, strict=True))
    assert (named["layer4"], named["layer4.1"], named["layer4.1.conv1"]) == ("layer4", "layer4.1", "conv1")


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


def test_examples_match_who_is_wrong_and_who_is_right(opened):
    wrong = {v: set(np.flatnonzero(of.argmax(1) != opened.labels)) for v, of in opened.logits.items()}
    rows, places = changed.matching(opened, ["pruned"], ["distilled"])
    assert set(rows) == wrong["pruned"] - wrong["distilled"]
    assert {opened.facts.shown[p] for p in places} == set(rows) & set(opened.facts.shown)
    rows, _ = changed.matching(opened, [], [])
    answers = np.stack([of.argmax(1) for of in opened.logits.values()])
    assert rows == [i for i in range(answers.shape[1]) if len(set(answers[:, i])) > 1]


def test_telling_examples_are_what_they_are_called(opened):
    places = opening.most_telling(opened)
    shown = opened.logits["teacher"][list(opened.facts.shown)]
    margins = np.sort(shown, axis=1)[:, -1] - np.sort(shown, axis=1)[:, -2]
    assert margins[places[opening.HESITATES] - 1] == margins.min()
    missed = places["Where it is wrong"] - 1
    assert shown[missed].argmax() != opened.labels[opened.facts.shown[missed]]


def test_what_was_there_before_pruning_stands_behind_as_a_shadow(opened):
    networks = opened.facts.networks
    before, after = networks["distilled"], networks["channels removed"]
    boxes = space.scene(after, networks["teacher"], before)["boxes"]
    assert all(box["before"]["width"] >= box["width"] for box in boxes)
    gone = sum(box["before"]["width"] - box["width"] for box in boxes)
    assert gone > 0
    assert f"{gone:,} of " in space.alt("channels removed", after, before)
    assert "no channel or feature is gone" in space.alt("pruned", networks["pruned"], before)


def test_every_kind_of_layer_has_its_colour_in_the_legend(opened):
    for layers in opened.facts.networks.values():
        shown = facts.legend(layers)
        assert all(facts.kind_of(x)[1] in shown and facts.kind_of(x)[0] in shown for x in layers)


def test_the_layer_with_the_largest_share_is_named_with_it(opened):
    layers = opened.facts.networks["teacher"]
    top = max(layers, key=lambda x: x.parameters)
    share = 100 * top.parameters / sum(x.parameters for x in layers)
    assert facts.most(layers, "parameters") == f"{top.name} has the most parameters, {share:.1f} % of all"
