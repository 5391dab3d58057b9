"""Multiply-adds against counts worked out by hand."""

import torch
from torch import nn

from simulator.engine.measure.compute import count_macs
from simulator.engine.models import MODULES
from tests.small_models import small_distilbert, small_t5, token_batch


def test_macs_of_layers_worked_out_by_hand():
    def call(model, batch):
        return model(batch["x"])

    assert count_macs(nn.Linear(7, 5), call, {"x": torch.zeros(1, 7)}) == 35
    conv = nn.Conv2d(3, 8, 3, padding=1)
    assert count_macs(conv, call, {"x": torch.zeros(1, 3, 10, 10)}) == 8 * 3 * 9 * 100
    depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
    assert count_macs(depthwise, call, {"x": torch.zeros(1, 8, 10, 10)}) == 8 * 9 * 100


def test_macs_of_a_transformer_worked_out_by_hand():
    tokens, dim, hidden = 7, 24, 40
    layer = tokens * (4 * dim * dim + 2 * dim * hidden) + 2 * tokens * tokens * dim
    batch = {k: v[1:2] for k, v in token_batch(tokens=tokens).items()}
    assert count_macs(small_distilbert(), MODULES["distilbert"].logits, batch) == 2 * layer + dim * dim + 3 * dim


def test_t5s_macs_are_those_of_the_call_that_its_export_shows():
    """The short way of training leaves out the vocabulary's other rows: 32,128 x 512 of the published model."""
    model, batch, module = small_t5(), token_batch(examples=1), MODULES["t5_small"]
    with torch.no_grad():
        assert torch.allclose(module.exported_call(model, batch), module.logits(model, batch), atol=1e-5)
    rows_left_out = model.config.vocab_size - batch["label_ids"].shape[1]
    short, whole = (count_macs(model, call, batch) for call in (module.logits, module.exported_call))
    assert whole - short == rows_left_out * model.config.d_model
