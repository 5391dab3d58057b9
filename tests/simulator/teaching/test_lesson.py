"""The shipped lessons: true to their own facts, to the recorded runs' models, and small."""

from importlib.resources import files

import numpy as np
import pytest
from safetensors.numpy import save

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.errors import NotAvailable, RunNotFound
from simulator.events import VARIANTS
from simulator.runs import archive, recorded, service
from simulator.runs.kept import seals
from simulator.teaching import lesson

SHIPPED = [r.run for r in recorded.all_recorded() if lesson.exists(r.run.id)]


@pytest.fixture(params=SHIPPED, ids=lambda run: run.config.model)
def opened(request):
    return lesson.of_run(request.param.id)


def test_every_shipped_lesson_belongs_to_a_recorded_run_and_the_default_is_there():
    stems = {f.name.rpartition(".")[0] for f in (files("simulator.teaching") / "lessons").iterdir()}
    assert stems == {run.config.model for run in SHIPPED}
    assert "resnet18" in stems  # what the Learn screens open with


def test_together_they_are_under_a_megabyte_and_a_half():
    assert sum(len(f.read_bytes()) for f in (files("simulator.teaching") / "lessons").iterdir()) < 1_500_000


def test_answers_are_as_right_as_the_facts_say(opened):
    facts = opened.facts
    assert opened.variants == VARIANTS
    assert opened.labels.shape == (facts.test_examples,)
    for name, logits in opened.logits.items():
        assert logits.dtype == np.float32
        assert logits.shape == (facts.test_examples, len(facts.class_names))
        assert np.isfinite(logits).all()
        assert int((logits.argmax(1) == opened.labels).sum()) == facts.right[name]
        odds = np.exp(logits - logits.max(1, keepdims=True))
        np.testing.assert_allclose((odds / odds.sum(1, keepdims=True)).sum(1), 1, rtol=1e-5)


def test_inputs_are_kept_for_sixty_examples_and_may_be_shipped(opened):
    facts = opened.facts
    assert len(facts.shown) == 60
    assert sorted(set(facts.shown)) == list(facts.shown)
    assert max(facts.shown) < facts.test_examples
    if MODELS[facts.config.model].kind == "text":
        assert facts.config.dataset == "reviews_topic"
        assert opened.pictures is None
        assert len(facts.texts) == 60 and all(facts.texts)
    else:
        assert facts.texts == ()
        assert opened.pictures.shape == (60, 8, 8)


def test_provenance_belongs_to_the_lesson(opened):
    facts = opened.facts
    assert facts.class_names == DATASETS[facts.config.dataset].class_names
    assert facts.provenance.teacher.startswith(f"{facts.config.model}-{facts.config.dataset}-")
    assert facts.provenance.device and facts.provenance.recorded_at
    run = next(r.run for r in recorded.all_recorded() if r.run.config.model == facts.config.model)
    assert facts.config == run.config


def test_slices_are_whole_and_of_layers_that_exist(opened):
    distilled = {layer.name: layer for layer in opened.facts.networks["distilled"]}
    assert len(opened.slices) == 2
    for part in opened.slices:
        assert part.weight.shape == part.gradient.shape == (part.facts.rows, part.facts.columns) == (64, 64)
        assert part.input_norm.shape == (64,) and (part.input_norm >= 0).all()
        assert distilled[part.facts.layer].weight_shape == part.facts.weight_shape
        assert part.weight.any() and part.gradient.any()


def test_networks_count_what_the_variants_are(opened):
    networks = opened.facts.networks
    assert set(networks) == {*VARIANTS, "channels removed"}
    totals = {
        n: [sum(getattr(x, w) for x in ls) for w in ("parameters", "zeros", "macs")] for n, ls in networks.items()
    }
    assert totals["distilled"][0] == totals["pruned"][0] == totals["recovered"][0] > totals["channels removed"][0]
    assert totals["pruned"][1] > totals["distilled"][1]
    assert totals["distilled"][2] == totals["pruned"][2] > totals["channels removed"][2]
    assert totals["teacher"][0] > totals["distilled"][0]
    recording = next(r for r in recorded.all_recorded() if r.run.config.model == opened.facts.config.model)
    for m in recording.measurements:
        assert totals[m.name][0] == m.parameters
        assert totals[m.name][2] == m.macs


def test_a_run_without_one_is_said_to_have_none(store):
    with pytest.raises(RunNotFound):
        lesson.of_run("nowhere")
    store.add("r1", make_config({}), None)
    assert not lesson.exists("r1")
    with pytest.raises(NotAvailable):
        lesson.of_run("r1")


@pytest.fixture
def left(store):
    """A run that has left a lesson: a copy of a shipped one."""
    store.add("r1", SHIPPED[0].config, None)
    store.finish("r1", "finished")
    folder = archive.export_dir("r1")
    folder.mkdir(parents=True)
    for file in (lesson.FACTS_FILE, lesson.NUMBERS_FILE):
        shipped = files("simulator.teaching") / "lessons" / f"{SHIPPED[0].config.model}.{file.partition('.')[2]}"
        (folder / file).write_bytes(shipped.read_bytes())
    return folder


def test_a_lesson_goes_with_its_run(left):
    lesson._kept.cache_clear()
    assert lesson.of_run("r1").labels.any()
    service.delete("r1")
    with pytest.raises(RunNotFound):
        lesson.of_run("r1")


@pytest.mark.parametrize("file", [lesson.FACTS_FILE, lesson.NUMBERS_FILE])
def test_a_lesson_in_which_a_bit_flipped_is_not_shown(left, file):
    seals.seal(left)
    lesson._kept.cache_clear()
    assert lesson.of_run("r1").labels.any()
    content = bytearray((left / file).read_bytes())
    content[-40] ^= 1
    (left / file).write_bytes(content)
    lesson._kept.cache_clear()
    with pytest.raises(NotAvailable, match=f"lesson of run r1 is damaged: {file} is not what was written"):
        lesson.of_run("r1")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (lesson.FACTS_FILE, b"{}"),
        (lesson.NUMBERS_FILE, b"broken"),
        (lesson.NUMBERS_FILE, save({"labels": np.zeros(3)})),
        (lesson.NUMBERS_FILE, None),
    ],
)
def test_a_lesson_that_cannot_be_read_is_said_to_be_so(left, file, content):
    lesson._kept.cache_clear()
    (left / file).unlink()
    if content is not None:
        (left / file).write_bytes(content)
    with pytest.raises(NotAvailable, match="lesson of run r1"):
        lesson.of_run("r1")
