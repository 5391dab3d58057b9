"""The runs that are shipped: real, complete, small, and of data that may be shipped."""

import json
from importlib.resources import files

import pytest

from simulator.catalog import counts
from simulator.catalog.models import MODELS
from simulator.events import VARIANTS, CellFinished, Concluded, LossPoint, RunFinished
from simulator.runs import archive, recorded


def test_one_complete_run_a_model():
    shipped = recorded.all_recorded()
    assert {r.run.config.model for r in shipped} == set(MODELS)
    for r in shipped:
        assert tuple(m.name for m in r.measurements) == VARIANTS
        assert isinstance(r.events[-1], RunFinished)
        assert {e.variant for e in r.events if isinstance(e, LossPoint)} >= {"control", "distilled", "recovered"}
        assert r.provenance.device
        assert r.run.state == "finished"
        assert r.run.origin == "recorded"


def test_text_models_were_recorded_on_our_own_words():
    for r in recorded.all_recorded():
        if MODELS[r.run.config.model].kind == "text":
            assert r.run.config.dataset == "reviews_topic"


def test_what_a_recorded_experiment_concludes_is_what_its_cells_say_today():
    of_experiments = [r for r in recorded.of_labs() if r.run.experiment]
    assert len(of_experiments) == 3
    for r in of_experiments:
        (conclusion,) = (e.conclusion for e in r.events if isinstance(e, Concluded))
        now = r.run.experiment.conclude([e for e in r.events if isinstance(e, CellFinished)])
        assert (conclusion.sentences, conclusion.answer, conclusion.shown) == (now.sentences, now.answer, now.shown)
        assert [c.p for c in conclusion.comparisons] == pytest.approx([c.p for c in now.comparisons], abs=1e-6)


def test_together_they_are_under_a_megabyte():
    folder = files("simulator.runs") / "recordings"
    assert sum(len(f.read_bytes()) for f in folder.iterdir()) < 1_000_000


def test_they_stand_behind_the_stored_runs_and_answer_like_them():
    shipped = recorded.all_recorded()[0]
    assert archive.run(shipped.run.id) == shipped.run
    assert shipped.run in archive.list_runs()
    assert len(archive.events(shipped.run.id)) == len(shipped.events)
    assert archive.events(shipped.run.id, after=3)[0][0] == 4
    json.dumps(archive.export(shipped.run.id))


def test_the_counts_are_the_published_ones():
    for name, counted in counts.read().items():
        assert counted.parameters == MODELS[name].published.parameters


def test_shipped_runs_are_found_by_id_and_by_experiment():
    first, second = recorded.of_labs()[:2]
    assert recorded.named((second.run.id, "not-shipped", first.run.id)) == [second, first]
    assert [r.run.id for r in recorded.of_experiment("how_hot")] == ["recorded-lab-temperature"]
    assert recorded.of_experiment("missing_digit") == []
