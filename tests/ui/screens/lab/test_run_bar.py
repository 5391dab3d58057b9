"""The bar with Run."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.runs import archive, recorded, service
from simulator.runs.database.store import open_store
from simulator.runs.kept import stages
from simulator.runs.records import Forecast
from tests.ui.reading import followed, widget
from ui.screens.lab import run_bar
from ui.words.headline import brief


def test_run_submits_what_the_controls_show_and_puts_the_run_into_the_url(open_screen):
    app = open_screen("lab", preset="usual")
    widget(app, "temperature").set_value(8.0)
    widget(app, "epochs").set_value(2)
    app.run()
    app.button(key="run_button").click().run()
    (run,) = open_store().list_runs()
    assert run.config == make_config({"temperature": 8.0, "epochs": 2})
    assert app.query_params["run"] == run.id
    assert "Waiting for its turn" in followed(app)["message"]["queue"]


def test_run_pressed_again_and_again_starts_one_run_until_a_setting_changes(open_screen):
    app = open_screen("lab", preset="usual")
    for _ in range(3):
        app.button(key="run_button").click().run()
    assert len(open_store().list_runs()) == 1
    assert "these settings already" in app.toast[0].value
    widget(app, "temperature").set_value(8.0).run()
    app.button(key="run_button").click().run()
    assert [run.settings.temperature for run in open_store().list_runs()] == [8.0, 4.0]
    open_store().finish(open_store().list_runs()[0].id, "finished")
    app.run()
    app.button(key="run_button").click().run()
    assert len(open_store().list_runs()) == 3


def test_a_run_under_way_can_be_cancelled(open_screen, stored):
    stored("r1", "queued")
    app = open_screen("lab", run="r1")
    app.button(key="cancel_button").click().run()
    assert archive.run("r1").state == "cancelled"
    app.run()
    assert "cancel_button" not in [b.key for b in app.button]


def test_the_bar_with_run_says_how_far_the_open_run_is_with_a_way_to_it(open_screen, stored):
    stored("r1", "queued")
    app = open_screen("lab", run="r1")
    assert "**Waiting for its turn.** [See the run](#open-run)" in [m.value for m in app.markdown]
    assert [(s.value, s.anchor) for s in app.subheader] == [("ResNet-18 on Handwritten digits", "open-run")]
    open_store().start("r1", "1@0.00")
    app.run()
    assert "**Running.** [See the run](#open-run)" in [m.value for m in app.markdown]
    open_store().finish("r1", "failed", "Out of memory.", "Use a smaller batch.")
    app.run()
    assert "**Failed.** [See the run](#open-run)" in [m.value for m in app.markdown]


def test_the_bar_with_run_says_what_came_out(open_screen):
    shipped = recorded.find("recorded-resnet18")
    outcome = brief(shipped.measurements, shipped.labels)
    app = open_screen("lab", run=shipped.run.id)
    assert outcome.startswith("The student is ")
    assert f"**Finished.** [{outcome}](#open-run)" in [m.value for m in app.markdown]


def test_a_run_that_does_not_fit_is_refused_with_advice(open_screen, monkeypatch):
    from simulator.errors import DoesNotFit
    from simulator.runs.forecast import cost

    def refuse(*_):
        raise DoesNotFit("It needs 9 GB and 1 GB is free.", "Choose a smaller batch.")

    monkeypatch.setattr(cost, "check_fits", refuse)
    app = open_screen("lab", preset="usual")
    app.button(key="run_button").click().run()
    assert "Choose a smaller batch." in app.error[0].value
    assert open_store().list_runs() == []


def test_one_switch_trains_everything_anew(open_screen):
    app = open_screen("lab", preset="usual")
    assert widget(app, "train_anew").value is False
    widget(app, "train_anew").set_value(True).run()
    app.button(key="run_button").click().run()
    (run,) = open_store().list_runs()
    assert run.forecast.anew


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ((), ""),
        (("control",), ": teacher and control are kept"),
        (("control", "distil"), ": teacher, control and distilled student are kept"),
        (stages.KEPT, ": teacher, control, distilled, pruned and recovered student are kept"),
    ],
)
def test_the_forecast_names_what_is_kept(kept, words):
    forecast = Forecast(seconds=6, peak_memory_mb=1000, basis="recent runs", kept=kept)
    assert run_bar.forecast_words(forecast) == f"about 6 s, 1.05 GB of memory (from recent runs here){words}"


def test_the_bar_says_before_the_run_what_is_kept(open_screen, monkeypatch):
    kept = Forecast(seconds=6, peak_memory_mb=1000, basis="recent runs", kept=("control", "distil"))
    monkeypatch.setattr(service, "forecast", lambda config, anew=False: kept)
    captions = [caption.value for caption in open_screen("lab").caption]
    assert "about 6 s, 1.05 GB of memory: teacher, control and distilled student are kept" in captions
