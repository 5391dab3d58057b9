"""Any history is taken or refused, and every screen can show what was taken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.config.run import make_config
from simulator.runs import history, notes, recorded, service
from simulator.runs.database.store import open_store
from tests.fuzz.drawn import changed, mangled, unless_refused
from tests.pages.test_addresses import acting
from tests.ui.invented import whole_run
from tests.ui.markdown import HOSTILE
from ui import report

pytestmark = pytest.mark.fuzz

SCREENS = {
    "results": "run", "lab": "run", "experiments": "run", "learn_zeros": "run", "compare": "runs", "quiz": "quiz",
    "runs": "", "home": "",
}  # fmt: skip
JSON_PIECES = (b"NaN", b"-Infinity", b"1e999", b"null", b"[]", b"{}", b'"', b"\\u0000", b"\\ud800", b"9" * 5000)


@pytest.fixture
def exported(stored):
    """A history of a finished run, one that failed and an experiment, as this app writes it; the runs are gone."""
    stored("aa11", "finished", list(whole_run()))
    stored("bb22", "failed", list(whole_run())[:9], make_config({"repeats": 2}), message="It broke.", advice=HOSTILE[0])
    experiment = recorded.find("recorded-lab-temperature")
    stored("cc33", "finished", list(experiment.events), experiment.run.config)
    notes.write_note("aa11", HOSTILE[1])
    text = history.export_history()
    clear()
    assert history.import_history(text.encode()).added == 3  # as it is, before anything in it is changed
    clear()
    return text


def clear():
    for run in open_store().list_runs():
        service.delete(run.id)


def test_histories(for_a_while, open_screen, exported):
    whole = json.loads(exported)

    @given(changed(whole), st.sampled_from([*SCREENS]))
    def holds(document, screen):
        clear()
        unless_refused(lambda: history.import_history(json.dumps(document).encode()))
        for run in open_store().list_runs():
            parameter = SCREENS[screen]
            app = open_screen(screen, **({parameter: run.id} if parameter else {}))
            assert acting(app) == []
            unless_refused(lambda run=run: report.html(run.id))
            unless_refused(history.export_history)

    for_a_while(holds)


def test_bytes_of_a_history(for_a_while, exported):
    @given(mangled(exported.encode(), JSON_PIECES))
    def holds(content):
        unless_refused(lambda: history.import_history(content))

    for_a_while(holds)
