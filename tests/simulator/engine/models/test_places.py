"""The importance of a neuron or head is the norm of the scores of all its weights."""

from __future__ import annotations

import torch
from torch import nn

from simulator.engine.models.places import Attention, FeedForward


def test_a_neuron_counts_what_goes_in_and_what_goes_out() -> None:
    layers = FeedForward(nn.Linear(3, 4), nn.Linear(4, 2))
    up, down = layers.up.weight.detach(), layers.down.weight.detach()
    found = layers.importance({layers.up.weight: up, layers.down.weight: down})
    expected = [torch.cat((up[neuron], down[:, neuron])).norm() for neuron in range(4)]
    torch.testing.assert_close(found, torch.stack(expected))


def test_a_head_counts_its_rows_and_columns_in_every_layer() -> None:
    places = Attention([nn.Linear(5, 6) for _ in range(3)], [nn.Linear(6, 5)], width=2)
    scores = {layer.weight: layer.weight.detach() for layer in (*places.inner, *places.outer)}
    expected = []
    for head in range(3):
        part = slice(2 * head, 2 * head + 2)
        rows = [layer.weight.detach()[part].flatten() for layer in places.inner]
        expected.append(torch.cat((*rows, places.outer[0].weight.detach()[:, part].flatten())).norm())
    torch.testing.assert_close(places.importance(scores), torch.stack(expected))
