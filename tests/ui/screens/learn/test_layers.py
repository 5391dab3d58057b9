"""What a layer is called, which colour it has, and how much of the network it is."""

from __future__ import annotations

from ui.screens.learn import layers as facts


def test_every_kind_of_layer_has_its_colour_in_the_legend(opened):
    for layers in opened.facts.networks.values():
        shown = facts.legend(layers)
        assert all(facts.kind_of(x)[1] in shown and facts.kind_of(x)[0] in shown for x in layers)


def test_the_layer_with_the_largest_share_is_named_with_it(opened):
    layers = opened.facts.networks["teacher"]
    top = max(layers, key=lambda x: x.parameters)
    share = 100 * top.parameters / sum(x.parameters for x in layers)
    assert facts.most(layers, "parameters") == f"{top.name} has the most parameters, {share:.1f} % of all"
