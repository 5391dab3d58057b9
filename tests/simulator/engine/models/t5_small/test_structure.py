"""T5, built for an export: it counts the heads that its weights have."""

from __future__ import annotations

import torch

from simulator.engine.models.t5_small import structure
from tests.small_models import small_t5, token_batch


def test_a_built_model_takes_the_weights_of_another():
    whole = small_t5()
    built = structure.build(whole.config.to_dict()).eval()
    built.load_state_dict(whole.state_dict())
    batch = token_batch()
    start = torch.zeros(3, 1, dtype=torch.long)
    one, other = (m(input_ids=batch["input_ids"], decoder_input_ids=start).logits for m in (whole, built))
    assert torch.equal(one, other)


def test_heads_are_counted_when_weights_are_loaded():
    built = structure.build(small_t5().config.to_dict())
    attention = built.encoder.block[1].layer[0].SelfAttention
    assert attention.n_heads == 4
    for name in ("q", "k", "v"):
        setattr(attention, name, torch.nn.Linear(24, 12, bias=False))
    attention.o = torch.nn.Linear(12, 24, bias=False)
    built.load_state_dict(built.state_dict())
    assert (attention.n_heads, attention.inner_dim) == (2, 12)
    assert built.encoder.block[0].layer[0].SelfAttention.n_heads == 4
