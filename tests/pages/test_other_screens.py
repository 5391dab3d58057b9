from __future__ import annotations

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from simulator.catalog.datasets import DATASETS
from simulator.config.run import make_config
from simulator.data import availability, baselines
from simulator.errors import NotAllowed, NotAvailable
from simulator.events import Described, Measured
from simulator.figures import numbers as words_of
from simulator.runs import archive, history, kept, notes, recorded, service
from simulator.runs.database.store import open_store
from simulator.runs.recorded import Recorded
from simulator.teaching import notebook
from tests.pages.conftest import ENTRY
from tests.ui.invented import TESTED, whole_run
from tests.ui.reading import tables_on
from ui.screens.results import take_home


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.success, app.warning, app.error, app.subheader, app.metric)
    return " ".join(str(e.value) for kind in kinds for e in kind)


def test_home_says_plainly_that_nothing_is_recorded(open_screen, monkeypatch):
    monkeypatch.setattr(recorded, "all_recorded", lambda: ())
    assert "ships no recorded run" in words(open_screen("home"))


@pytest.fixture
def shipped(stored, monkeypatch):
    """A recorded run; the store that it was made in keeps nothing of it."""
    stored("rec", "finished", list(whole_run()))
    run = archive.run("rec").model_copy(update={"origin": "recorded"})
    service.delete("rec")
    monkeypatch.setattr(recorded, "all_recorded", lambda: (Recorded(run, tuple(whole_run())),))


def test_home_shows_a_recorded_run_as_recorded(open_screen, shipped):
    app = open_screen("home")
    assert "recorded on a test's CPU, 3 May 2026" in words(app)
    assert len(tables_on(app)) == 3


def test_models_shows_teachers_beside_baselines_and_how_many_near_duplicates_there_are(open_screen):
    data, accuracies = tables_on(open_screen("models"))[-2:]
    assert data.row(DATASETS["docstrings"].title)[4] == str(baselines.read()["docstrings"].near_duplicates)
    assert data.row(DATASETS["sst2"].title)[4] == "not looked for"
    expected = [
        (DATASETS[name].title, words_of.percent(row.validation), words_of.percent(row.test))
        for name, found in baselines.read().items()
        for row in (*found.teachers, *found.baselines)
    ]
    assert [*zip(*(accuracies[title] for title in ("Data", "Validation", "Test")), strict=True)] == expected
    assert "TF-IDF, logistic regression" in accuracies["Method"]
    assert "DistilBERT, from random weights" in accuracies["Method"]


def test_what_is_not_reachable_is_named_with_its_reason_and_asked_again_by_a_button(open_screen, monkeypatch):
    asked = []

    def ask():
        asked.append(1)
        return "no *answer*" if len(asked) == 1 else ""

    question = availability.Question("a/model", ask)
    monkeypatch.setattr(availability, "_decided", {})
    assert availability._wait_for(question).state == "not reachable"
    monkeypatch.setattr(availability, "data_state_soon", lambda name: "not reachable")
    app = open_screen("lab", model="distilbert", dataset="sst2")
    assert "Ask again" in [b.label for b in app.button]
    app = open_screen("models")
    assert r"Not reachable: a/model: no \*answer\*." in [m.value for m in app.markdown]
    next(b for b in app.button if b.label == "Ask again").click().run()
    assert "Ask again" not in [b.label for b in app.button]
    assert availability._wait_for(question).state == "reachable"


def test_models_shows_four_cards_with_published_figures(open_screen):
    app = open_screen("models")
    assert [s.value for s in app.subheader] == ["DistilBERT", "T5-small", "MobileNetV2", "ResNet-18"]
    figures = [shown.row("Parameters")[0] for shown in tables_on(app)[:4]]
    assert figures == ["66,955,010", "60,506,624", "3,504,872", "11,689,512"]
    assert words(app).count("not reachable, so from scratch") == 4


def test_results_without_any_run_points_to_the_lab(open_screen, monkeypatch):
    monkeypatch.setattr(recorded, "all_recorded", lambda: ())
    assert "No run has finished yet" in words(open_screen("results"))


def test_results_shows_the_newest_finished_run(open_screen, stored):
    stored("old", "finished", list(whole_run()))
    stored("new", "finished", list(whole_run()), make_config({"temperature": 8.0}))
    stored("bad", "failed")
    app = open_screen("results")
    assert app.selectbox[0].value == "new"
    app.selectbox[0].set_value("old").run()
    assert app.query_params["run"] == "old"
    assert not app.exception


def test_results_of_a_run_shows_what_was_measured(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("results", run="r1")
    assert "The published weights cannot be reached." in words(app)
    assert "measured on a test's CPU" in words(app)
    assert "weights of this run are not kept here" in words(app)
    assert tables_on(app)[0]["Accuracy"] == ["90.0 %"] * 5


def with_seeds(events):
    """The same run with labels, answers and a second seed; every variant answers all but ten examples rightly."""
    labels = (1,) * TESTED
    for event in events:
        if isinstance(event, Described):
            yield event.model_copy(update={"labels": labels})
        elif isinstance(event, Measured):
            m = event.measurement.model_copy(update={"answers": labels[10:] + (0,) * 10, "sparse_bytes": 2500})
            yield Measured(measurement=m)
            if m.name != "teacher":
                yield Measured(measurement=m.model_copy(update={"repeat": 1, "accuracy": 0.8}))
        else:
            yield event


def test_results_of_several_seeds_shows_means_verdicts_and_honest_sizes(open_screen, stored):
    stored("r1", "finished", list(with_seeds(whole_run())), make_config({"repeats": 2, "target_sparsity": 0.9}))
    app = open_screen("results", run="r1")
    assert tables_on(app)[0]["Accuracy"][1] == "85.0 % \N{PLUS-MINUS SIGN} 7.1 %"
    assert "within noise (n = 200, 2 seeds, p of each: 1.00, 1.00)" in words(app)
    assert "Means over 2 seeds" in words(app) and "Bars are means over 2 seeds" in words(app)
    assert "I pruned 90 %: why is it no smaller and no faster?" in [h.value for h in app.header]
    assert "The file without zeros: 2.50 kB before pruning, 2.50 kB after" in words(app)
    assert "**Hard loss, repeat 1 of 2**" in words(app)
    assert not app.exception


def test_results_of_an_earlier_version_say_that_no_answers_are_stored(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    assert "This run has no stored answers" in words(open_screen("results", run="r1"))


def test_results_shows_a_recorded_run_where_there_is_no_other(open_screen, shipped):
    assert "recorded on a test's CPU" in words(open_screen("results"))


@pytest.mark.parametrize(("state", "text"), [("running", "still under way"), ("failed", "Killed.")])
def test_results_of_a_run_without_figures(open_screen, stored, state, text):
    stored("r1", state, list(whole_run())[:8], **({"message": "Killed."} if state == "failed" else {}))
    assert text in words(open_screen("results", run="r1"))


def test_results_lead_to_the_comparison_with_other_runs(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    links = [link.proto for link in open_screen("results", run="r1").get("page_link")]
    (compare,) = [link for link in links if link.label == "Compare with other runs"]
    assert compare.page == "compare" and compare.query_string == "runs=r1"


def test_results_of_a_run_that_is_gone(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("results", run="nowhere")
    assert "There is no run 'nowhere'" in app.error[0].value
    assert "r1" in app.selectbox[0].options[1]


def test_notes_are_kept_and_come_back(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("results", run="r1")
    app.text_area(key="note_r1").set_value("I expected **more**.").run()
    assert notes.note("r1") == "I expected **more**."
    assert open_screen("results", run="r1").text_area(key="note_r1").value == "I expected **more**."


def test_a_page_that_was_open_before_does_not_undo_what_another_wrote(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    mine = open_screen("results", run="r1")
    notes.write_note("r1", "theirs")
    mine.run()
    assert notes.note("r1") == "theirs"


def test_notes_on_a_run_that_was_deleted_meanwhile_say_so(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("results", run="r1")
    service.delete("r1")
    app.text_area(key="note_r1").set_value("too late").run()
    assert not app.exception
    assert "There is no run 'r1'" in " ".join(e.value for e in app.error)


def test_a_notebook_is_offered_where_the_weights_are(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    labels = [b.label for b in open_screen("results", run="r1").get("download_button")]
    assert labels == ["Report (HTML)", "Table (CSV)", "Everything (JSON)"]
    archive.export_dir("r1").mkdir(parents=True)
    (archive.export_dir("r1") / "model.safetensors").write_bytes(b"")
    labels = [b.label for b in open_screen("results", run="r1").get("download_button")]
    assert labels[3:] == ["Student's weights (ZIP)", "Notebook (ZIP)"]


def test_damaged_weights_are_not_offered_and_the_page_says_why(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    folder = archive.export_dir("r1")
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    kept.seal(folder)
    assert len(open_screen("results", run="r1").get("download_button")) == 5
    (folder / "model.safetensors").write_bytes(b"weightz")
    page = open_screen("results", run="r1")
    assert [b.label for b in page.get("download_button")] == ["Report (HTML)", "Table (CSV)", "Everything (JSON)"]
    assert "model.safetensors is not what was written" in words(page)
    for pack in (take_home.weights_zip, notebook.bundle):
        with pytest.raises((NotAvailable, NotAllowed), match="is not what was written"):
            pack("r1")


def test_the_weights_are_packed_with_what_belongs_to_them():
    folder = archive.export_dir("r1")
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "config.json", "README.md", "load.py"):
        (folder / name).write_text(name)
    kept.seal(folder)
    with zipfile.ZipFile(io.BytesIO(take_home.weights_zip("r1"))) as zipped:
        assert sorted(zipped.namelist()) == [
            "student-r1/README.md", "student-r1/config.json", "student-r1/load.py", "student-r1/model.safetensors",
        ]  # fmt: skip
        assert zipped.read("student-r1/load.py") == b"load.py"


def test_runs_without_any_run(open_screen, monkeypatch):
    monkeypatch.setattr(recorded, "all_recorded", lambda: ())
    assert "There are no runs yet" in words(open_screen("runs"))


def test_runs_lists_all_with_state_and_result(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "failed", list(whole_run())[:8], message="Killed.")
    listed = tables_on(open_screen("runs"))[0]
    assert listed["Run"][:2] == ["r2", "r1"]  # the recorded ones come after
    assert listed["State"][:3] == ["failed", "finished", "recorded"]
    assert listed["Accuracy"][:2] == ["", "90.0 %"]


def test_runs_are_listed_by_when_they_were_made_and_recorded_ones_last(open_screen, stored):
    stored("old", "failed", message="Killed.")
    content = history.export_history()
    service.delete("old")
    stored("new", "failed", message="Killed.")
    history.import_history(content.encode())
    listed = tables_on(open_screen("runs"))[0]
    assert listed["Run"][:2] == ["new", "old"]
    assert set(listed["State"][2:]) == {"recorded"}
    assert "Notes" not in listed.titles  # nobody wrote any


def test_deleting_says_that_recorded_runs_stay(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    recorded_run = recorded.all_recorded()[0].run.id
    app = open_ticked(open_screen, "r1", recorded_run)
    app.button(key="delete_runs").click().run()
    assert "1 recorded run cannot be deleted." in words(app)


def test_runs_buttons_wait_for_a_choice(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("runs")
    assert all(app.button(key=key).disabled for key in ("open_run", "rerun_run", "cancel_runs", "delete_runs"))


def open_ticked(open_screen, *runs):
    """The Runs page with these ticked, left and opened again: boxes themselves are ticked in a browser."""
    app = open_screen("home")
    app.session_state["ticked_runs"] = list(runs)
    return app.switch_page("pages/runs.py").run()


def test_ticks_stay_with_their_run_when_the_rows_move(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_ticked(open_screen, "r1")
    stored("r2", "finished", list(whole_run()))  # somebody else's, above the ticked one
    app.run()
    assert app.session_state["ticked_runs"] == ["r1"]
    app.button(key="delete_runs").click().run()
    assert "r1)" in words(app)
    assert "r2)" not in words(app)


def test_ticked_runs_that_are_finished_open_on_the_compare_page(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "finished", list(whole_run()), make_config({"temperature": 8.0}))
    stored("r3", "queued")
    assert open_ticked(open_screen, "r1").button(key="compare_runs").disabled
    app = open_ticked(open_screen, "r1", "r2", "r3")
    app.button(key="compare_runs").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Compare"]
    assert app.query_params["runs"] in ("r2,r1", ["r2,r1"])
    assert app.multiselect[0].value == ["r2", "r1"]


def test_the_sidebar_names_what_is_under_way(open_screen, stored):
    assert "No run is under way." in [c.value for c in open_screen("home").sidebar.caption]
    stored("r1", "queued")
    assert "No run is under way." not in [c.value for c in open_screen("home").sidebar.caption]


def test_the_sidebar_asks_only_for_runs_that_have_not_ended(open_screen, stored, monkeypatch):
    stored("old", "finished")
    for number in range(6):
        stored(f"q{number}", "queued")
    asked, every = [], archive.list_runs
    monkeypatch.setattr(archive, "list_runs", lambda states=None: asked.append(states) or every(states))
    assert "and 1 more on the Runs page" in [c.value for c in open_screen("models").sidebar.caption]
    assert asked and set(asked) == {("queued", "running")}


def test_runs_brings_a_history_back(open_screen, stored):
    stored("dd44", "failed", message="It broke.")
    content = history.export_history()
    service.delete("dd44")
    app = open_screen("runs")
    app.file_uploader(key="history_file").upload("runs.json", content.encode(), "application/json").run()
    app.button(key="import_history").click().run()
    assert not app.exception
    assert archive.run("dd44").origin == "imported"
    assert "Runs added: 1." in app.success[0].value


def test_what_a_file_says_of_a_run_is_text_and_no_link_or_picture(open_screen, stored):
    hostile = "![seen](https://evil.example/p.png) [free](https://evil.example) <b> :material/home:"
    stored("ee55", "failed", message=hostile, advice=hostile)
    stored("ff66", "cancelled", message=hostile)
    content = history.export_history()
    for run_id in ("ee55", "ff66"):
        service.delete(run_id)
    assert history.import_history(content.encode()).added == 2
    shown = [
        open_screen("lab", run="ee55").error[0].value,
        open_screen("results", run="ee55").error[0].value,
        open_screen("lab", run="ff66").warning[0].value,
    ]
    for text in shown:
        assert r"\[free\]" in text and r"\<b\>" in text and ":material" not in text
        assert "](" not in text.replace(r"\](", "") and "https://" not in text


def test_a_long_history_goes_out_in_parts_that_can_come_back(open_screen, stored, monkeypatch):
    for number in range(3):
        stored(f"aa{number}", "finished")
    [button] = [b for b in open_screen("runs").get("download_button") if "runs" in b.proto.label.lower()]
    assert button.proto.label == "All runs (JSON)"
    monkeypatch.setattr(history, "PART_CHARACTERS", 2 * history.RUN_CHARACTERS)
    stored("aa3", "finished")
    labels = [b.proto.label for b in open_screen("runs").get("download_button") if "runs" in b.proto.label.lower()]
    assert labels == ["Runs, part 1 of 2 (JSON)", "Runs, part 2 of 2 (JSON)"]


def test_a_database_that_cannot_keep_runs_is_said_to_be_so(monkeypatch):
    monkeypatch.setenv("KDPS_DATABASE_URL", "mysql://localhost/runs")
    monkeypatch.setattr(service, "start", open_store)  # the first thing that starting does
    app = AppTest.from_file(str(ENTRY), default_timeout=30).run()
    assert not app.exception
    assert "of the kind mysql" in app.error[0].value
