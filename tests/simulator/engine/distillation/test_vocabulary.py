"""Leaving out unused embedding rows changes no number."""

import copy
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import make_optimizer, tensor_scales
from simulator.engine.distillation.vocabulary import used_rows_only
from simulator.engine.models import MODULES
from tests.small_models import small_distilbert, small_t5, token_batch

MAPS = Path("/proc/self/maps")
MODELS = {"distilbert": small_distilbert, "t5_small": small_t5}


def few_tokens(examples=12):
    batch = token_batch(examples=examples)
    return Examples({**batch, "input_ids": batch["input_ids"] % 9}, torch.arange(examples) % 3)


def three_steps(model, logits, examples, scales):
    optimizer = make_optimizer(model, TrainingPlan(1, 1e-2, 4, 0), scales)
    for _ in range(3):
        loss = torch.nn.functional.cross_entropy(logits(model, examples.inputs), examples.labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


@pytest.mark.parametrize("relative_steps", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_training_the_used_rows_only_is_training(name, relative_steps):
    logits, examples = MODULES[name].logits, few_tokens()
    whole, small = MODELS[name](), MODELS[name]()
    scales = tensor_scales(whole) if relative_steps else {}
    for model, context in ((whole, nullcontext((examples,))), (small, used_rows_only(small, examples))):
        with context as (split,):
            three_steps(model, logits, split, scales)
    for (n, p), (_, q) in zip(whole.named_parameters(), small.named_parameters(), strict=True):
        assert p.shape == q.shape
        assert torch.allclose(p, q, atol=1e-6), n


@pytest.mark.parametrize("name", MODELS)
def test_the_embedding_is_small_inside_and_whole_and_tied_after(name):
    model, examples = MODELS[name](), few_tokens()
    before = copy.deepcopy(model.get_input_embeddings().weight)
    with used_rows_only(model, examples):
        inside = model.get_input_embeddings().weight
        assert len(inside) == len({0, *examples.inputs["input_ids"].flatten().tolist()} | {10, 11, 12})
    after = model.get_input_embeddings().weight
    assert torch.equal(before, after)
    if name == "t5_small":
        assert model.lm_head.weight is model.encoder.embed_tokens.weight is model.decoder.embed_tokens.weight is after


@pytest.mark.skipif(not MAPS.exists(), reason="only Linux lists what lies where in memory")
@pytest.mark.parametrize("name", MODELS)
def test_the_whole_embedding_waits_on_the_disk(name):
    model = MODELS[name]()
    whole = model.get_input_embeddings().weight
    assert not lies_on_disk(whole)
    with used_rows_only(model, few_tokens()):
        assert lies_on_disk(whole)
        assert not lies_on_disk(model.get_input_embeddings().weight)


def lies_on_disk(tensor):
    mappings = [line.split() for line in MAPS.read_text().splitlines() if line.endswith("/weights (deleted)")]
    bounds = [[int(end, 16) for end in mapping[0].split("-")] for mapping in mappings]
    return any(start <= tensor.data_ptr() < end for start, end in bounds)


def test_a_failure_inside_leaves_the_model_whole():
    model = small_t5()
    with pytest.raises(ZeroDivisionError), used_rows_only(model, few_tokens()):
        raise ZeroDivisionError
    assert len(model.shared.weight) == 50


def test_an_embedding_that_must_keep_its_shape_does():
    model, examples = small_distilbert(), few_tokens()
    name = "distilbert.embeddings.word_embeddings.weight"
    with used_rows_only(model, examples, keep_whole=[name]) as (split,):
        assert len(model.get_parameter(name)) == 50
        assert split is examples


def test_images_pass_unchanged():
    examples = Examples({"pixels": torch.zeros(2, 3, 4, 4)}, torch.zeros(2, dtype=torch.long))
    with used_rows_only(torch.nn.Linear(2, 2), examples) as (split,):
        assert split is examples
