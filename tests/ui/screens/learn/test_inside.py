"""A network from inside: its layers, one of them described, and what pruning took."""

from __future__ import annotations

from simulator.teaching import lesson
from tests.ui.reading import words
from ui.screens.learn import inside


def test_channels_removed_have_fewer_parameters_than_zeros(open_screen):
    app = open_screen("learn_inside", learn_network="channels removed")
    assert "not trained further" in words(app)


def test_a_layer_is_chosen_and_described(open_screen):
    app = open_screen("learn_inside")
    layers = lesson.of_run("recorded-resnet18").facts.networks["teacher"]
    assert max(layers, key=lambda layer: layer.macs).name in words(app)
    app.selectbox(key="learn_layer_teacher").select_index(len(layers) - 1).run()
    assert not app.exception
    last = layers[-1]
    assert f"**{last.name}** ({last.kind})" in words(app)
    assert " x ".join(map(str, last.weight_shape)) in words(app)


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
