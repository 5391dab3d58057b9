from __future__ import annotations

from simulator.config.run import make_config
from simulator.runs import archive, history, recorded, service
from tests.ui.invented import whole_run
from tests.ui.reading import tables_on, words


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
    """Open the Runs page with these runs ticked; ticking the boxes is tested in a browser."""
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
