"""What lies on the disk is the same model: its bits, its ties, its answers."""

import copy

import torch
from torch import nn

from simulator.engine.host.mapped import map_from_disk
from simulator.host.paths import cache_dir
from tests.small_models import small_t5, token_batch


def test_bits_ties_answers_and_alignment_stay() -> None:
    model = small_t5().eval()
    before = copy.deepcopy(model)
    map_from_disk(model)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before.parameters(), strict=True))
    assert model.shared.weight is model.encoder.embed_tokens.weight
    assert all(p.data_ptr() % 64 == 0 for p in model.parameters())
    batch = token_batch(examples=3, tokens=5)
    asked = {"input_ids": batch["input_ids"], "decoder_input_ids": batch["input_ids"]}
    assert torch.equal(model(**asked).logits, before(**asked).logits)
    assert list(cache_dir().iterdir()) == []


def test_a_copy_can_be_trained_and_the_model_itself_changed_without_the_other() -> None:
    model = nn.Linear(5, 3)
    map_from_disk(model)
    student = copy.deepcopy(model)
    before = model.weight.clone()
    with torch.no_grad():
        student.weight.add_(1)
        assert torch.equal(model.weight, before)
        model.bias.zero_()
    assert torch.equal(model.weight, before) and not model.bias.any() and student.bias.any()


def test_a_cnn_keeps_its_layout_in_memory() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 1)).to(memory_format=torch.channels_last)
    where = [p.data_ptr() for p in model.parameters()]
    map_from_disk(model)
    assert [p.data_ptr() for p in model.parameters()] == where
