"""Every experiment for real, with a tiny ResNet on a few digits: are its cells true, the same again, and resumable."""

from __future__ import annotations

import json

import pytest

import simulator.cli.main as cli
from simulator.config.run import make_config
from simulator.engine import experiments, pipeline
from simulator.engine import worker as worker_room
from simulator.engine.experiments import few_labels
from simulator.engine.experiments.bench import Bench
from simulator.engine.setup import prepare, provenance
from simulator.events import CellFinished, Concluded, Described, Measured, Progress, RunFinished
from simulator.experiments import make_experiment
from simulator.experiments.allocation import check, run_of
from simulator.experiments.sensitivity import FITTED, UNIFORM, WHOLE, curves, fit_to_budget
from simulator.host.machine import process_name
from simulator.runs import archive, service
from simulator.runs.database.store import open_store

pytestmark = pytest.mark.usefixtures("use_shared_data")

SMALL = {"student_size": 0.25, "train_examples": 96, "epochs": 1, "weights": "scratch"}
TINY = {
    "missing_digit": ({}, {"temperature": (1.0, 8.0)}),
    "few_labels": ({}, {"labels": (20, 60)}),
    "how_hot": ({}, {"temperature": (1.0, 20.0)}),
    "four_way": ({"recovery_epochs": 1}, {}),
    "sweep": ({"recovery_epochs": 1}, {"temperature": (1.0, 4.0), "target_sparsity": (0.5, 0.9)}),
    "sensitivity": ({"target_sparsity": 0.5}, {"sparsity": (0.3, 0.9)}),
    "step_by_step": ({"recovery_epochs": 3}, {"target_sparsity": (0.9,)}),
    "zeros_or_channels": ({"recovery_epochs": 1}, {"parts_removed": (0.5,)}),
    "importance": ({"recovery_epochs": 1}, {"target_sparsity": (0.9,), "importance": ("magnitude", "random")}),
    "mistakes": ({"recovery_epochs": 1}, {}),
}


def tiny(name, seeds=1, **changes):
    settings, axes = TINY[name]
    return make_experiment(name, {**SMALL, **settings, **changes}, axes, seeds)


def cells(events):
    return [e for e in events if isinstance(e, CellFinished)]


@pytest.fixture(scope="module")
def done(shared_data):
    """Each experiment once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(shared_data))
        return {name: list(experiments.run(tiny(name))) for name in TINY}


@pytest.mark.parametrize("name", TINY)
def test_an_experiment_measures_all_its_cells_and_concludes(done, name):
    events, config = done[name], tiny(name)
    measured = cells(events)
    places = config.places()
    if places is not None:
        assert [(c.at, c.seed) for c in measured] == places
    for value in config.entry.quantities.titles:
        assert any(value in c.values for c in measured), value
    assert {e.stage for e in events if isinstance(e, Progress)} == {"prepare", "experiment"}  # the teacher was cached
    *_, progress = [e for e in events if isinstance(e, Progress) and e.stage == "experiment"]
    assert progress.done == progress.total == len(measured)
    conclusion = next(e.conclusion for e in events if isinstance(e, Concluded))
    assert conclusion.answer == "" and not conclusion.shown  # of one seed
    assert "one seed: this cannot tell an effect from chance" in " ".join(conclusion.sentences)
    assert isinstance(events[-1], RunFinished)
    assert not any(c.measured_in for c in measured)


@pytest.mark.parametrize("name", ["missing_digit", "sweep", "zeros_or_channels", "mistakes"])
def test_equal_seeds_give_equal_cells(done, name):
    def but_for_time(events):
        return [
            (c.at, {k: v for k, v in c.values.items() if "latency" not in k and k != "others_cpu"})
            for c in cells(events)
        ]

    assert but_for_time(experiments.run(tiny(name))) == but_for_time(done[name])


def test_an_experiment_goes_on_where_it_was_stopped(done):
    everything = cells(done["four_way"])
    described = next(e for e in done["four_way"] if isinstance(e, Described))
    store = open_store()
    store.add("first", tiny("four_way"), None)
    store.start("first", process_name())
    events = worker_room.carry_out("first", store)
    for event in events:
        if isinstance(event, CellFinished) and event == everything[1]:
            break
    events.close()
    assert archive.run("first").state == "cancelled"
    again = service.rerun("first")
    store.start(again, process_name())
    second = list(worker_room.carry_out(again, store))
    assert [c.measured_in for c in cells(second)] == ["first", "first", "", ""]
    assert [(c.at, c.values) for c in cells(second)] == [(c.at, c.values) for c in everything]
    assert next(e for e in second if isinstance(e, Concluded)) == next(
        e for e in done["four_way"] if isinstance(e, Concluded)
    )
    assert archive.run(again).state == "finished"
    summary = archive.experiment_summary(again)
    assert len(summary["cells"]) == 4 and len(summary["conclusion"]["sentences"]) > 3
    assert described.provenance.teacher == summary["provenance"]["teacher"]


def test_cells_measured_under_other_conditions_are_measured_again(done):
    described = next(e.provenance for e in done["four_way"] if isinstance(e, Described))
    fake = [c.model_copy(update={"measured_in": "x"}) for c in cells(done["four_way"])]
    other = described.model_copy(update={"versions": {**described.versions, "torch": "0.1"}})
    started = experiments.run(tiny("four_way"), (other, fake))
    first = next(e for e in started if isinstance(e, CellFinished))
    assert first.measured_in == ""
    taken = experiments.run(tiny("four_way"), (described, fake))
    assert [c.measured_in for c in cells(list(taken))] == ["x"] * 4


# -- that the cells are true


def test_the_student_of_the_missing_digit_sees_none(monkeypatch):
    seen = []
    real = experiments.Bench.train

    def watched(self, config, initial, examples, *rest):
        seen.append(examples.labels)
        return real(self, config, initial, examples, *rest)

    monkeypatch.setattr(experiments.Bench, "train", watched)
    measured = cells(list(experiments.run(tiny("missing_digit"))))
    assert seen and not any((labels == 3).any() for labels in seen)
    assert all(c.values["test_threes"] == 46 or c.values["test_threes"] == 45 for c in measured)
    assert all(c.values["bias"] >= 0 and c.values["threes_after"] >= c.values["threes_before"] for c in measured)


def test_control_and_distilled_take_as_many_steps(done):
    setup = prepare(make_config({"model": "resnet18", **SMALL}))
    many = setup.train.first(96)
    assert few_labels.equal_steps(many.first(20), many, 64, 3) == 6
    assert few_labels.equal_steps(many, many, 64, 3) == 3
    by_student = {(c.at["student"], c.at["labels"]): c.values["epochs"] for c in cells(done["few_labels"])}
    assert by_student["control", 20] == 2 * by_student["distilled", 20]


def test_hotter_targets_have_more_entropy(done):
    cold, hot = cells(done["how_hot"])
    assert hot.values["entropy"] > cold.values["entropy"]


def test_only_pruned_cells_have_zeros(done):
    for cell in cells(done["four_way"]):
        assert (cell.values["zeros"] > 0.4) is bool(cell.at["pruned"])


def test_the_scan_prunes_one_layer_and_the_fit_keeps_its_budget(done):
    measured = cells(done["sensitivity"])
    whole = next(c for c in measured if c.at == WHOLE).values["nonzero"]
    fitted, uniform = (next(c for c in measured if c.at == at).values for at in (FITTED, UNIFORM))
    for cell in measured:
        if "sparsity" in cell.at:
            dropped = whole - cell.values["nonzero"]
            assert dropped == pytest.approx(cell.at["sparsity"] * cell.values["parameters"], abs=1)
    found = curves(measured, 0)
    budget = uniform["nonzero"] - (whole - sum(c.parameters for c in found.values()))
    assert fitted["nonzero"] <= uniform["nonzero"] + len(found)
    for name, sparsity in fit_to_budget(found, round(budget) + len(found)).items():
        assert f"sparsity of {name}" in fitted
        assert 0 <= sparsity <= 0.9


def test_a_run_of_the_fitted_allocation_is_the_scans_fitted_student(done):
    """What the scan measured of all layers at once, an ordinary run by hand finds again to the last example."""
    scan, measured = tiny("sensitivity"), cells(done["sensitivity"])
    fitted = next(c for c in measured if c.at == FITTED).values
    prefix = "sparsity of "
    chosen = {name.removeprefix(prefix): share for name, share in fitted.items() if name.startswith(prefix)}
    run = run_of(scan, chosen).model_copy(update={"recovery_epochs": 0})
    found = [e.measurement for e in pipeline.run(run) if isinstance(e, Measured)]
    distilled, pruned = (next(m for m in found if m.name == name) for name in ("distilled", "pruned"))
    assert pruned.accuracy == pytest.approx(fitted["test_accuracy"])
    assert pruned.nonzero_parameters == fitted["nonzero"]
    checked = check(scan, measured, run, found)
    whole = next(c for c in measured if c.at == WHOLE).values
    assert checked.predicted == pytest.approx(100 * (whole["accuracy"] - fitted["predicted"]))
    assert checked.measured == pytest.approx(100 * (distilled.accuracy - fitted["test_accuracy"]))
    assert distilled.accuracy == pytest.approx(whole["test_accuracy"])
    assert (checked.test_examples, checked.seeds) == (pruned.test_examples, 1)


def test_a_sweep_over_methods_gives_each_its_usual_alpha_and_the_teacher_where_it_needs_one():
    methods = ("kd", "hint", "label_smoothing")
    config = make_experiment("sweep", {**SMALL, "recovery_epochs": 0}, {"method": methods}, 1)
    by_method = {c.at["method"]: c.values for c in cells(list(experiments.run(config)))}
    assert len({v["control"] for v in by_method.values()}) == 1
    for method in methods:
        run = make_config({"model": "resnet18", **SMALL, "method": method, "recovery_epochs": 0})
        found = [
            e.measurement for e in pipeline.run(run) if isinstance(e, Measured) and e.measurement.name == "distilled"
        ]
        assert by_method[method]["distilled"] == pytest.approx(found[0].accuracy)


def test_a_control_is_trained_as_its_students_are(monkeypatch):
    """Methods that compare features train all positions of a text; their control too, so it is not shared."""
    trained, train = [], Bench.train

    def noted(bench, config, initial, examples, plan, teacher_logits, masks=None):
        trained.append((teacher_logits is not None, plan.one_position))
        return train(bench, config, initial, examples, plan, teacher_logits, masks)

    monkeypatch.setattr(Bench, "train", noted)
    config = make_experiment("sweep", {**SMALL, "recovery_epochs": 0}, {"method": ("kd", "dist", "hint")}, 1)
    list(experiments.run(config))
    assert trained == [(False, True), (True, True), (True, True), (False, False), (True, False)]


def test_the_bench_describes_the_same_place_as_an_ordinary_run():
    setup = prepare(make_config({"model": "resnet18", **SMALL}))
    assert experiments.same_conditions(provenance(setup), provenance(setup))


def test_the_command_line_carries_an_experiment_out_and_writes_what_it_measured(done, tmp_path, capsys):
    out = tmp_path / "out.json"
    flags = "--student-size 0.25 --train-examples 96 --epochs 1 --weights scratch --axis temperature=1,20 --seeds 1"
    assert cli.main(["experiment", "how_hot", *flags.split(), "--json", str(out)]) == 0
    written = json.loads(out.read_text())
    assert [c["values"] for c in written["cells"]] == [c.values for c in cells(done["how_hot"])]
    assert written["config"]["kind"] == "experiment"
    printed = " ".join(capsys.readouterr().out.split())
    assert "One seed cannot tell" in printed and "temperature" in printed
