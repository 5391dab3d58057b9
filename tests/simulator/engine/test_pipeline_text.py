"""A whole run of both text models, tiny configurations of the real classes: real reviews, tokenizers and T5 answers."""

import functools

import pytest
import torch
from transformers import DistilBertConfig, T5Config

from simulator.catalog.datasets import DATASETS
from simulator.catalog.model_info import Recipe
from simulator.config.run import make_config
from simulator.engine import pipeline
from simulator.engine.datasets import load
from simulator.engine.models import MODULES, portable
from simulator.engine.models.distilbert import network as distilbert
from simulator.engine.models.t5_small import network as t5_small
from simulator.engine.models.weights import find
from simulator.events import LossPoint, Measured
from simulator.runs.kept import teachers
from tests import exported

SMALL = {"dataset": "reviews_topic", "student_size": 2, "train_examples": 96, "epochs": 1, "recovery_epochs": 1}
NAMES = ("distilbert", "t5_small")


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """The published architectures with few and narrow layers, a teacher trained for one epoch on 200 reviews."""
    small = functools.partial(DistilBertConfig, dim=32, hidden_dim=64, n_layers=3, n_heads=4)
    monkeypatch.setattr(distilbert, "DistilBertConfig", lambda **given: small(**given))
    config = T5Config(
        vocab_size=32_128, d_model=32, d_kv=8, d_ff=64, num_layers=3, num_heads=4, decoder_start_token_id=0
    )
    monkeypatch.setattr(t5_small, "published_config", lambda: config)
    monkeypatch.setattr(teachers, "recipe", lambda model, source: Recipe(epochs=1, learning_rate=1e-3, batch_size=32))
    monkeypatch.setattr(teachers, "MOST_EXAMPLES", 200)


def carry_out(name, folder=None, **settings):
    config = make_config({**SMALL, "model": name, "weights": "scratch", **settings})
    return list(pipeline.run(config, variants_to=folder))


def measured(events):
    return {e.measurement.name: e.measurement for e in events if isinstance(e, Measured)}


@pytest.mark.parametrize("pruning", ["unstructured", "structured"])
@pytest.mark.parametrize("name", NAMES)
def test_a_run_leaves_every_variant_and_exports_that_answer_alike(name, pruning, tmp_path):
    variants = measured(carry_out(name, tmp_path, pruning=pruning))
    assert list(variants) == ["teacher", "control", "distilled", "pruned", "recovered"]
    pruned = variants["pruned"]
    if pruning == "structured":
        assert pruned.parameters < variants["distilled"].parameters
        assert pruned.macs < variants["distilled"].macs
    else:
        assert pruned.prunable_sparsity == pytest.approx(0.5, abs=1e-3)
        assert pruned.nonzero_parameters == variants["recovered"].nonzero_parameters
    test = load("reviews_topic").test
    for variant in variants.values():
        folder = tmp_path / variant.name
        scratch = find(name, "scratch")
        encode = MODULES[name].make_encoder((), DATASETS["reviews_topic"].label_words, scratch, folder, 32)
        with torch.no_grad():
            logits = MODULES[name].logits(exported.load(folder), encode(test.inputs))
        right = int((logits.argmax(1).numpy() == test.labels).sum())
        assert abs(right / len(test) - variant.accuracy) <= 1 / len(test)
        assert variant.size_bytes == (folder / portable.WEIGHTS_FILE).stat().st_size


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_losses_with_a_new_teacher_too(name, tmp_path, monkeypatch):
    losses = []
    for folder in ("one", "two"):
        monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path / folder))
        losses.append([e.model_dump() for e in carry_out(name) if isinstance(e, LossPoint)])
    assert losses[0] == losses[1]
    assert {e["variant"] for e in losses[0]} == {"teacher", "control", "distilled", "recovered"}


def test_t5s_answers_are_kept_and_distilberts_are_none():
    generated = measured(carry_out("t5_small"))["recovered"].generated
    test = load("reviews_topic").test
    assert [text for text, _, _ in generated] == test.inputs[:5]
    assert [word for _, word, _ in generated] == [DATASETS["reviews_topic"].label_words[y] for y in test.labels[:5]]
    assert all(isinstance(answer, str) for _, _, answer in generated)
    assert measured(carry_out("distilbert"))["recovered"].generated == ()


def test_embeddings_can_be_pruned_and_stay_zero():
    variants = measured(carry_out("distilbert", also_prune=["embeddings"], target_sparsity=0.8))
    pruned, recovered = (
        next(x for x in variants[name].layers if "word_embeddings" in x.name) for name in ("pruned", "recovered")
    )
    assert pruned.nonzero_parameters < 0.5 * pruned.parameters
    assert recovered.nonzero_parameters == pruned.nonzero_parameters
