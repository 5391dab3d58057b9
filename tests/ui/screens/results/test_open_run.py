"""The results of a run: measurements, notes, and links to other pages."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.events import Described, Measured
from simulator.runs import notes, recorded, service
from tests.ui.invented import TESTED, whole_run
from tests.ui.reading import panels_on, tables_on, words


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


def test_results_open_with_one_sentence_and_the_picture_and_the_statistics_are_a_click_away(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("results", run="r1")
    assert app.header[0].value == "What this run shows"
    assert app.markdown[0].value == (
        "The student is the same size and as accurate as its teacher; distillation made no difference that 200 test "
        "examples could show."
    )
    assert [panel["title"] for panel in panels_on(app)] == ["File", "Test accuracy", "Time for one example"]
    statistics = app.expander[0]
    assert statistics.label == "The statistics behind it"
    assert any("95 % interval" in m.value or "no difference" in m.value for m in statistics.markdown)


def test_results_of_a_run_that_ended_early_show_what_it_had_measured(open_screen, stored):
    events = [e for e in whole_run() if not isinstance(e, Measured) or e.measurement.name == "teacher"]
    stored("r1", "cancelled", events)
    app = open_screen("results", run="r1")
    assert "The run ended early: this is what it had measured." in words(app)
    assert [panel["alt"] for panel in panels_on(app)][1] == "Test accuracy: teacher 90.0 % (85.1 to 93.4 %)."


def with_seeds(events):
    """The same run with labels, answers and a second seed; every variant answers all but ten examples correctly."""
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
