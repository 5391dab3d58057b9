from __future__ import annotations

import json

import pytest

from simulator.events import (
    CellFinished,
    Comparison,
    Concluded,
    Conclusion,
    Measured,
)
from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.experiments.allocation import run_of
from simulator.figures.numbers import duration
from simulator.runs import archive, service
from simulator.runs.database.store import open_store
from tests.ui.invented import measurement
from tests.ui.reading import followed, tables_on
from tests.ui.screens.experiments.asked import HALF, WHOLE, how_hot, words
from ui import report


def test_the_list_has_every_question(open_screen):
    text = words(open_screen("experiments"))
    for experiment in EXPERIMENTS.values():
        assert experiment.question in text
        assert (
            f"about {duration(service.forecast(make_experiment(experiment.name)).seconds)} with its default settings"
            in text
        )


def test_the_lab_leads_here_with_and_without_an_open_run(open_screen, stored):
    stored("r1", "cancelled", [])
    for app in (open_screen("lab"), open_screen("lab", run="r1")):
        assert "experiments" in [link.proto.page for link in app.get("page_link")]


def test_each_mistake_says_what_to_look_for(open_screen):
    text = words(open_screen("experiments", experiment="mistakes"))
    for sign in EXPERIMENTS["mistakes"].signs.values():
        assert sign in text


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_run_waits_for_a_prediction_and_then_queues_the_experiment(open_screen, name):
    app = open_screen("experiments", experiment=name)
    assert app.button(key="run_experiment").disabled
    answer = next(iter(EXPERIMENTS[name].predictions))
    app.radio(key=f"predicted_{name}").set_value(answer).run()
    assert app.query_params["predicted"] in (answer, [answer])
    app.button(key="run_experiment").click().run()
    assert not app.exception
    (run,) = archive.list_runs(("queued",))
    assert run.config == make_experiment(name)
    assert "Waiting for its turn" in followed(app)["message"]["queue"]


def test_one_switch_trains_an_experiments_students_anew(open_screen):
    app = open_screen("experiments", experiment="how_hot")
    app.radio(key="predicted_how_hot").set_value("no").run()
    app.toggle(key="train_anew_how_hot").set_value(True).run()
    app.button(key="run_experiment").click().run()
    (run,) = open_store().list_runs()
    assert run.forecast.anew


def test_a_finished_experiment_shows_its_conclusion_beside_the_prediction(open_screen, stored):
    how_hot(stored, "s1", "finished", WHOLE)
    app = open_screen("experiments", run="s1", predicted="no")
    text = words(app)
    assert EXPERIMENTS["how_hot"].predictions["no"] in text and EXPERIMENTS["how_hot"].predictions["between"] in text
    assert "It is warmer." in text
    assert "1 of these cells were measured in an earlier run" in text
    assert tables_on(app)[-1]["Measured in"] == ["this run", "before"]


def test_several_tests_are_said_to_be_corrected(open_screen, stored):
    def words_with(comparisons):
        conclusion = Conclusion(sentences=("It is warmer.",), answer="between", shown=True, comparisons=comparisons)
        run_id = how_hot(
            stored, f"s{len(comparisons)}", "finished", [*HALF, Concluded(conclusion=conclusion), WHOLE[-1]]
        )
        return words(open_screen("experiments", run=run_id))

    one = Comparison(name="T = 4", mean=0.1, deviation=0.01, interval=(0.05, 0.15), p=0.01, n=3)
    assert "(Holm 1979)" in words_with((one, one))
    assert "(Holm 1979)" not in words_with((one,))
    untested = one.model_copy(update={"p": None, "interval": None, "deviation": None, "n": 1})
    assert "(Holm 1979)" not in words_with((untested, untested, untested))


def test_a_stopped_experiment_goes_on_from_its_cells(open_screen, stored):
    how_hot(stored, "s1", "cancelled", HALF)
    app = open_screen("experiments", run="s1")
    app.button(key="again_experiment").click().run()
    (run,) = archive.list_runs(("queued",))
    assert run.experiment.continues == "s1"


def test_the_map_of_a_sweep_fills_in_while_it_runs_and_it_can_be_cancelled(open_screen, stored):
    sweep = make_experiment("sweep")
    places = EXPERIMENTS["sweep"].places(sweep)
    cells = [CellFinished(at=at, seed=seed, values={"final": 0.5 + n / 100}) for n, (at, seed) in enumerate(places)]
    stored("s1", "running", [*HALF[:2], cells[0]], sweep)
    app = open_screen("experiments", run="s1")

    def drawn():
        (heat,) = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
        return heat

    assert drawn()["z"] == [[0.5, None, None], [None, None, None], [None, None, None]]
    axes = drawn()["x"], drawn()["y"]
    open_store().append("s1", cells[1:5])
    app.run()
    assert sum(z is not None for row in drawn()["z"] for z in row) == 5
    assert (drawn()["x"], drawn()["y"]) == axes == (["1", "4", "12"], ["0.5", "0.8", "0.9"])
    next(b for b in app.button if b.label == "Cancel").click().run()
    assert open_store().get("s1").cancel_requested
    open_store().finish("s1", "cancelled", "Cancelled by the user.")
    app.run()
    assert sum(z is not None for row in drawn()["z"] for z in row) == 5
    app.button(key="again_experiment").click().run()
    (run,) = archive.list_runs(("queued",))
    assert run.experiment.continues == "s1" and run.experiment.axes == sweep.axes


def test_other_screens_send_an_experiment_to_its_own(open_screen, stored):
    how_hot(stored, "s1", "running", HALF)
    assert "Experiments" in [title.value for title in open_screen("lab", run="s1").title]
    stored("r1", "finished", [])
    for screen in ("runs", "results", "home"):
        app = open_screen(screen)
        assert not app.exception
    listed = tables_on(open_screen("runs"))[0]
    assert dict(zip(listed["Run"], listed["Experiment"], strict=True))["s1"] == "How hot?"


def test_a_run_of_the_lab_is_not_opened_as_an_experiment(open_screen, stored):
    stored("r1", "queued")
    app = open_screen("experiments", run="r1")
    assert not app.exception
    assert open_store().get("r1").experiment is None


MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def scan(stored):
    """A finished scan of two layers at two sparsities, as the run s1."""
    layers = {"early": (100, 0.5), "late": (1000, 0.01)}
    cells = [CellFinished(at={"layer": "whole student"}, seed=0, values={"accuracy": 0.9})]
    for name, (parameters, drop) in layers.items():
        for share in (0.3, 0.9):
            values = {"accuracy": 0.9 - drop * share, "parameters": parameters}
            cells.append(CellFinished(at={"layer": name, "sparsity": share}, seed=0, values=values))
    concluded = Concluded(conclusion=Conclusion(sentences=("Early is frail.",), answer="differ", shown=False))
    config = make_experiment("sensitivity", axes={"sparsity": (0.3, 0.9)}, seeds=1)
    stored("s1", "finished", [*HALF[:2], *cells, concluded, WHOLE[-1]], config)
    return config


def shares(app):
    (plan,) = [shown for shown in tables_on(app) if "Weights left" in shown.titles]
    return dict(zip(plan["Layer"], plan.orders("Sparsity"), strict=True))


def test_a_finished_scan_proposes_sparsities_for_a_budget(open_screen, scan):
    app = open_screen("experiments", run="s1")
    app.slider(key="fit_budget").set_value(1000).run()
    assert not app.exception
    assert shares(app) == {"early": 0.0, "late": 0.3}
    assert "changes by **\N{MINUS SIGN}0.3 points**" in words(app)
    assert "leaves 800 of 1.10 k weights" in words(app)


def test_an_allocation_is_checked_by_a_run_of_the_same_student(open_screen, scan):
    app = open_screen("experiments", run="s1")
    app.slider(key="fit_budget").set_value(1000).run()
    app.button(key="scan_check").click().run()
    (run,) = archive.list_runs(("queued",))
    assert (run.settings.scope, run.settings.layer_shares) == ("by_hand", {"late": 0.3})
    differing = {n for n in type(scan.base).model_fields if getattr(run.settings, n) != getattr(scan.base, n)}
    assert differing == {"scope", "layer_sparsity"}
    assert [title.value for title in app.title] == ["Lab"]


def test_an_allocation_sets_the_labs_controls(open_screen, scan):
    app = open_screen("experiments", run="s1")
    app.slider(key="fit_budget").set_value(1000).run()
    app.button(key="scan_to_lab").click().run()
    assert [title.value for title in app.title] == ["Lab"]
    assert app.text_input(key="layer_sparsity").value == "late=0.3"
    assert app.select_slider(key="student_size").value == scan.base.student_size
    assert not archive.list_runs(("queued",))


def test_predicted_stands_beside_measured_on_both_screens(open_screen, scan, stored):
    measured = [measurement("distilled", 0.8), measurement("pruned", 0.6)]
    events = [HALF[0], *(Measured(measurement=m) for m in measured), WHOLE[-1]]
    stored("r1", "finished", events, run_of(scan, {"early": 0.3, "late": 0.9}))
    stored("r2", "finished", events, run_of(scan, {"early": 0.5}))  # a share that was not scanned
    expected = f"predicted **{MINUS}15.9** points (validation examples), the run measured **{MINUS}20.0** (n = 200 test"
    for app in (open_screen("experiments", run="s1"), open_screen("results", run="r1")):
        assert words(app).count("scan predicted **") == words(app).count(expected) == 1
    assert "scan predicted" not in words(open_screen("results", run="r2"))
    assert "scan predicted" in report.html("r1") and "scan predicted" not in report.html("r2")
