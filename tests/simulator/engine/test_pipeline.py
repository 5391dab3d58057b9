"""A whole run of a real ResNet-18, small enough for every test run: what happens, in which order, and is it true."""

import dataclasses
import math

import pytest
import torch
from safetensors.torch import load_file

from simulator.config.run import make_config
from simulator.engine import pipeline, worker
from simulator.engine.distillation import teacher
from simulator.engine.models import MODULES, portable
from simulator.engine.models.resnet18 import model as resnet18
from simulator.engine.setup import prepare
from simulator.events import (
    STAGES,
    VARIANTS,
    Described,
    EpochFinished,
    LossPoint,
    Measured,
    RunFailed,
    RunFinished,
    StageFinished,
    StageStarted,
)
from simulator.events.outcome import Outcome
from simulator.teaching import lesson
from tests import exported

pytestmark = pytest.mark.usefixtures("use_shared_data")

SMALL = {
    "model": "resnet18",
    "dataset": "digits",
    "student_size": 0.25,
    "train_examples": 192,
    "epochs": 2,
    "recovery_epochs": 1,
    "weights": "scratch",
}


def carry_out(tmp_path=None, **settings):
    return list(pipeline.run(make_config({**SMALL, **settings}), variants_to=tmp_path))


def of(events, kind):
    return [e for e in events if isinstance(e, kind)]


def results(events):
    """All that must repeat: losses and metrics, without times and memory."""
    timed = {"latency_ms", "stage_peak_memory_mb"}
    return [e.model_dump() for e in of(events, LossPoint | EpochFinished)] + [
        e.measurement.model_dump(exclude=timed) for e in of(events, Measured)
    ]


@pytest.fixture(scope="module")
def whole_run(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(shared_data))
        return carry_out(folder), folder


def test_the_stages_come_in_order_and_leave_every_variant(whole_run):
    events, _ = whole_run
    assert tuple(e.stage for e in of(events, StageStarted)) == STAGES
    assert tuple(e.stage for e in of(events, StageFinished)) == STAGES
    assert [e.measurement.name for e in of(events, Measured)] == [
        "teacher",
        "control",
        "distilled",
        "pruned",
        "recovered",
    ]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].peak_memory_mb >= max(e.peak_memory_mb for e in of(events, StageFinished))


def test_equal_config_and_seed_give_equal_losses_and_metrics(whole_run):
    assert results(whole_run[0]) == results(carry_out())


def test_another_seed_gives_other_losses_from_the_same_teacher(whole_run):
    other = carry_out(seed=1)
    assert results(other) != results(whole_run[0])
    assert of(other, Measured)[0].measurement.accuracy == of(whole_run[0], Measured)[0].measurement.accuracy


def test_the_answers_are_those_that_were_counted(whole_run):
    (described,) = of(whole_run[0], Described)
    labels = prepare(make_config(SMALL)).data.test.labels.tolist()
    assert list(described.labels) == labels
    for m in (e.measurement for e in of(whole_run[0], Measured)):
        assert sum(a == y for a, y in zip(m.answers, labels, strict=True)) == round(m.accuracy * m.test_examples)
        confusion = [[0] * 10 for _ in range(10)]
        for answer, label in zip(m.answers, labels, strict=True):
            confusion[label][answer] += 1
        assert tuple(map(tuple, confusion)) == m.confusion


def test_repeats_are_the_runs_of_the_next_seeds_with_one_teacher(whole_run, tmp_path):
    """Repeat 0 is the run of the seed itself, repeat 1 that of the seed after it, figure by figure."""
    twice = carry_out(tmp_path, repeats=2)
    assert tuple(e.stage for e in of(twice, StageStarted)) == STAGES + STAGES[2:]
    assert [e.repeat for e in of(twice, StageStarted)] == [0] * 7 + [1] * 5
    assert isinstance(twice[-1], RunFinished) and len(of(twice, RunFinished)) == 1
    measured = [(e.measurement.repeat, e.measurement.name) for e in of(twice, Measured)]
    students = ["control", "distilled", "pruned", "recovered"]
    assert measured == [(0, "teacher"), *((0, s) for s in students), *((1, s) for s in students)]

    one_after_the_other = [results(whole_run[0]), results(carry_out(seed=1))]
    for repeat, alone in enumerate(one_after_the_other):
        together = [r for r in results(twice) if r["repeat"] == repeat]
        assert together == [r | {"repeat": repeat} for r in alone if repeat == 0 or r.get("name") != "teacher"]
    for name in ("teacher", *students):  # the first seed's students are exported
        first, again = (exported.load(folder / name).state_dict() for folder in (whole_run[1], tmp_path))
        assert all(torch.equal(first[n], t) for n, t in again.items())


def test_the_sparse_file_of_a_pruned_student_is_smaller_and_holds_the_same(whole_run, tmp_path):
    events, folder = whole_run
    by_name = {e.measurement.name: e.measurement for e in of(events, Measured)}
    for name in ("pruned", "recovered"):
        m, file = by_name[name], folder / name / portable.SPARSE_FILE
        assert m.sparse_bytes == file.stat().st_size < 0.6 * m.size_bytes
        assert m.sparse_encodings["bitmask"] > 0
        dense = exported.load(folder / name).state_dict()
        assert all(torch.equal(dense[n], t) for n, t in portable.load_sparse(file).items())
    distilled = by_name["distilled"]
    assert 0 <= distilled.sparse_bytes - distilled.size_bytes < 1000
    assert not (folder / "distilled" / portable.SPARSE_FILE).exists()


def test_control_and_distilled_start_alike_and_with_alpha_0_end_alike():
    events = carry_out(alpha=0.0)
    starts = {e.variant: e.validation_accuracy for e in of(events, EpochFinished) if e.epoch == 0}
    assert starts["control"] == starts["distilled"]
    hard = {v: [e.hard for e in of(events, LossPoint) if e.variant == v] for v in ("control", "distilled")}
    assert hard["control"] == hard["distilled"]
    control, distilled = (m.measurement for m in of(events, Measured)[1:3])
    assert control.confusion == distilled.confusion


def test_the_teachers_help_changes_the_student(whole_run):
    first = {e.variant: e for e in reversed(of(whole_run[0], LossPoint))}
    assert first["control"].hard == pytest.approx(first["distilled"].hard, abs=1e-6)  # equal weights, equal batch
    assert first["control"].soft is None
    assert first["distilled"].total == pytest.approx(0.7 * first["distilled"].soft + 0.3 * first["distilled"].hard)
    last = {e.variant: e for e in of(whole_run[0], LossPoint)}
    assert last["control"].hard != last["distilled"].hard


def test_what_was_pruned_stays_exactly_zero_through_recovery(whole_run):
    _, folder = whole_run
    pruned, recovered = (exported.load(folder / name) for name in ("pruned", "recovered"))
    zeros = moved = 0
    for (name, p), (_, r) in zip(pruned.named_parameters(), recovered.named_parameters(), strict=True):
        if p.ndim > 1 and not name.startswith("fc"):
            zeros += int((p == 0).sum())
            assert (r[p == 0] == 0).all(), name
        moved += int((p != r).sum())
    assert zeros > 0.4 * sum(p.numel() for p in pruned.parameters())
    assert moved > 0


@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_the_asked_sparsity_is_the_measured_one(scope):
    pruned, recovered = (m.measurement for m in of(carry_out(target_sparsity=0.8, scope=scope), Measured)[3:])
    assert pruned.prunable_sparsity == pytest.approx(0.8, abs=1e-4)
    assert recovered.nonzero_parameters == pruned.nonzero_parameters
    assert pruned.size_bytes == recovered.size_bytes
    assert pruned.gzip_bytes < 0.6 * pruned.size_bytes
    shares = [x.nonzero_parameters / x.parameters for x in pruned.layers if len(x.shape) == 4]
    assert (max(shares) - min(shares) < 0.01) == (scope == "layer_wise")


def test_structured_pruning_gives_a_smaller_file_with_fewer_macs():
    distilled, pruned, recovered = (m.measurement for m in of(carry_out(pruning="structured"), Measured)[2:])
    for after in (pruned, recovered):
        assert after.parameters < 0.4 * distilled.parameters
        assert after.size_bytes < 0.5 * distilled.size_bytes
        assert after.macs < 0.6 * distilled.macs
        assert after.sparsity < 0.01


def test_without_recovery_there_is_no_recovered_variant():
    events = carry_out(recovery_epochs=0, epochs=1)
    assert [e.measurement.name for e in of(events, Measured)] == ["teacher", "control", "distilled", "pruned"]
    assert "recover" not in [e.stage for e in of(events, StageStarted)]


def test_an_export_loads_in_plain_pytorch_and_answers_as_measured(whole_run):
    events, folder = whole_run
    setup = prepare(make_config(SMALL))
    for m in (e.measurement for e in of(events, Measured)):
        model = exported.load(folder / m.name)
        with torch.no_grad():
            right = (model(setup.test.inputs["pixels"]).argmax(1) == setup.test.labels).float().mean().item()
        assert right == pytest.approx(m.accuracy, abs=1e-6)
    assert "from load import load" in (folder / "recovered" / "README.md").read_text()


def test_the_cached_teacher_comes_back_as_it_was():
    setup = prepare(make_config(SMALL))
    assert setup.teacher.folder.exists()
    provided = Outcome(teacher.provide(setup))
    assert list(provided) == []
    model, logits = provided.result
    with torch.no_grad():
        assert torch.allclose(setup.module.logits(model, setup.train.rows(torch.arange(64))), logits[:64], atol=1e-4)
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())


def test_a_teacher_whose_training_was_interrupted_is_trained_again(tmp_path, monkeypatch):
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path))
    stage = pipeline.prepare_teacher(make_config(SMALL))
    for event in stage:
        if isinstance(event, LossPoint):
            break
    stage.close()
    assert not prepare(make_config(SMALL)).teacher.folder.exists()


def test_losses_are_finite_and_fall(whole_run):
    for variant in ("control", "distilled"):
        totals = [e.total for e in of(whole_run[0], LossPoint) if e.variant == variant]
        assert all(math.isfinite(x) for x in totals)
        assert sum(totals[-3:]) < sum(totals[:3])


def test_a_run_whose_student_overflows_ends_at_that_step_with_what_to_change(store, monkeypatch):
    as_it_is = MODULES["resnet18"]

    def overflowing(*given):
        student = as_it_is.build_student(*given)
        with torch.no_grad():
            student.fc.weight.mul_(1e25)  # finite answers, and gradients whose squares are not
        return student

    monkeypatch.setattr(resnet18, "MODEL", dataclasses.replace(as_it_is, build_student=overflowing))
    store.add("0123456789", make_config({**SMALL, "learning_rate": 0.003}), None)
    store.start("0123456789", "nobody")
    *_, last = worker.carry_out("0123456789", store)
    run = store.get("0123456789")
    assert run.state == "failed" and isinstance(last, RunFailed) and last.message == run.message
    assert "step 1 of 6 of the stage 'control'" in run.message and "learning rate of 0.003" in run.message
    assert run.advice == "Choose a learning rate below 0.003."
    assert [e for _, e in store.events(run.id)][-1] == last  # every event can be read back


@pytest.mark.parametrize(
    ("method", "pruning"), [("hint", "structured"), ("attention", "unstructured"), ("label_smoothing", "structured")]
)
def test_a_run_with_another_method(method, pruning):
    events = carry_out(method=method, pruning=pruning, target_sparsity=0.3)
    assert [e.measurement.name for e in of(events, Measured)] == list(VARIANTS)
    soft = {v: [e.soft for e in of(events, LossPoint) if e.variant == v] for v in ("control", "distilled", "recovered")}
    assert all(s is None for s in soft["control"])
    assert all(s is not None and math.isfinite(s) for s in soft["distilled"] + soft["recovered"])
    note = next(e.note for e in of(events, StageStarted) if e.stage == "distil")
    assert ("without the teacher" in note) == (method == "label_smoothing")


def test_the_lesson_says_what_was_measured(whole_run):
    events, folder = whole_run
    opened = lesson.read((folder / lesson.FACTS_FILE).read_bytes(), (folder / lesson.NUMBERS_FILE).read_bytes())
    for m in (e.measurement for e in of(events, Measured)):
        layers = opened.facts.networks[m.name]
        assert opened.facts.right[m.name] / opened.facts.test_examples == m.accuracy
        assert (opened.logits[m.name].argmax(1) == opened.labels).mean() == m.accuracy
        assert sum(layer.parameters for layer in layers) == m.parameters
        assert sum(layer.parameters - layer.zeros for layer in layers) == m.nonzero_parameters
        assert sum(layer.macs for layer in layers) == m.macs
    test = prepare(make_config(SMALL)).data.test
    assert (opened.pictures == test.inputs[list(opened.facts.shown), ..., 0]).all()
    weights = load_file(folder / "distilled" / "model.safetensors")
    for part in opened.slices:
        whole = weights[f"{part.facts.layer}.weight"].flatten(1)
        assert (whole[: part.facts.rows, : part.facts.columns].numpy() == part.weight).all()
