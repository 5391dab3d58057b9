from __future__ import annotations

import pytest

from simulator import service
from simulator.events import CellFinished, Concluded, Conclusion, Described, Progress, RunFinished, StageStarted
from simulator.store import open_store
from simulator.studies import STUDIES, make_study
from tests.ui.invented import PROVENANCE


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.success, app.error, app.warning, app.header)
    return " ".join(str(e.value) for kind in kinds for e in kind)


HALF = [
    Described(provenance=PROVENANCE, class_names=("a", "b")),
    StageStarted(stage="study", note="How hot?"),
    CellFinished(at={"temperature": 1.0}, seed=0, values={"accuracy": 0.5, "entropy": 0.1}),
    Progress(stage="study", done=1, total=2, seconds_left=3.0),
]
WHOLE = [
    *HALF,
    CellFinished(at={"temperature": 4.0}, seed=0, values={"accuracy": 0.75, "entropy": 0.4}, measured_in="before"),
    Concluded(conclusion=Conclusion(sentences=("It is warmer.",), answer="between", shown=True)),
    RunFinished(seconds=12, peak_memory_mb=900),
]


def how_hot(stored, run_id, state, said):
    return stored(run_id, state, said, make_study("how_hot"))


def test_the_list_has_every_question(open_screen):
    text = words(open_screen("studies"))
    for study in STUDIES.values():
        assert study.question in text


@pytest.mark.parametrize("name", STUDIES)
def test_run_waits_for_a_prediction_and_then_queues_the_study(open_screen, name):
    app = open_screen("studies", study=name)
    assert app.button(key="run_study").disabled
    answer = next(iter(STUDIES[name].predictions))
    app.radio(key=f"predicted_{name}").set_value(answer).run()
    assert app.query_params["predicted"] in (answer, [answer])
    app.button(key="run_study").click().run()
    assert not app.exception
    (run,) = service.list_runs(("queued",))
    assert run.config == make_study(name)
    assert "Waiting for its turn" in words(app)


def test_a_value_that_does_not_fit_is_said_and_cannot_be_run(open_screen):
    app = open_screen("studies", study="how_hot", predicted="no")
    app.text_input(key="values_how_hot_temperature").set_value("0.1").run()
    assert "temperature" in app.error[0].value
    assert app.button(key="run_study").disabled


def test_a_sweep_takes_any_two_settings(open_screen):
    app = open_screen("studies", study="sweep", predicted="yes")
    app.selectbox(key="axis_0").set_value("scope").run()
    app.button(key="run_study").click().run()
    (run,) = service.list_runs(("queued",))
    assert [axis.setting for axis in run.study.axes] == ["scope", "target_sparsity"]
    assert run.study.axes[0].values[:2] == ("global", "layer_wise")


def test_a_finished_study_shows_its_conclusion_beside_the_prediction(open_screen, stored):
    how_hot(stored, "s1", "finished", WHOLE)
    app = open_screen("studies", run="s1", predicted="no")
    text = words(app)
    assert STUDIES["how_hot"].predictions["no"] in text and STUDIES["how_hot"].predictions["between"] in text
    assert "It is warmer." in text
    assert "1 of these cells were measured in an earlier run" in text
    assert app.dataframe[0].value["Measured in"].tolist() == ["this run", "before"]


def test_a_stopped_study_goes_on_from_its_cells(open_screen, stored):
    how_hot(stored, "s1", "cancelled", HALF)
    app = open_screen("studies", run="s1")
    app.button(key="again_study").click().run()
    (run,) = service.list_runs(("queued",))
    assert run.study.continues == "s1"


def test_other_screens_send_a_study_to_its_own(open_screen, stored):
    how_hot(stored, "s1", "running", HALF)
    assert "Experiments" in [title.value for title in open_screen("lab", run="s1").title]
    stored("r1", "finished", [])
    for screen in ("runs", "results", "home"):
        app = open_screen(screen)
        assert not app.exception
    frame = open_screen("runs").dataframe[0].value
    assert frame.loc[frame["Run"] == "s1", "Experiment"].tolist() == ["How hot?"]


def test_a_run_of_the_lab_is_not_opened_as_an_experiment(open_screen, stored):
    stored("r1", "queued")
    app = open_screen("studies", run="r1")
    assert not app.exception
    assert open_store().get("r1").study is None


def test_a_finished_scan_proposes_sparsities_for_a_budget(open_screen, stored):
    layers = {"early": (100, 0.5), "late": (1000, 0.01)}
    scan = [CellFinished(at={"layer": "whole student"}, seed=0, values={"accuracy": 0.9})]
    for name, (parameters, drop) in layers.items():
        for share in (0.3, 0.9):
            values = {"accuracy": 0.9 - drop * share, "parameters": parameters}
            scan.append(CellFinished(at={"layer": name, "sparsity": share}, seed=0, values=values))
    said = Concluded(conclusion=Conclusion(sentences=("Early is frail.",), answer="differ", shown=False))
    config = make_study("sensitivity", axes={"sparsity": (0.3, 0.9)})
    stored("s1", "finished", [*HALF[:2], *scan, said, WHOLE[-1]], config)
    app = open_screen("studies", run="s1")
    app.slider(key="fit_budget").set_value(1000).run()
    assert not app.exception
    frames = [f.value for f in app.dataframe if "Weights left" in f.value]
    assert frames[0].set_index("Layer")["Sparsity"].to_dict() == {"early": "0 %", "late": "30 %"}
