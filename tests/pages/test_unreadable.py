"""A record that cannot be read breaks no page: it is shown as unreadable, and can be deleted."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from simulator.cli.main import main
from simulator.config.run import make_config
from simulator.data import own_data
from simulator.runs import archive, history, notes, recorded, service
from simulator.runs.database.schema import events, lab_progress, measurements, runs
from simulator.runs.database.store import open_store
from simulator.teaching.labs import LABS, progress
from tests.ui.invented import whole_run
from tests.ui.reading import followed, tables_on

ROWS = {
    "config": '{"temperature": 99}',
    "created_at": "2026-01-01T00:00:00",
    "started_at": "0001-01-01T00:00:00+00:00",
    "state": "won",
    "forecast": '{"seconds": NaN, "peak_memory_mb": 1, "basis": "estimate"}',
}
PAGES = (
    "home",
    "lab",
    "experiments",
    "results",
    "runs",
    "compare",
    "quiz",
    "guided_labs",
    "learn_soft_targets",
    "own_data",
)


def damage(table: sa.Table, run_id: str, **values: str) -> None:
    key = table.c.id if table is runs else table.c.run_id
    with open_store().engine.begin() as connection:
        connection.execute(table.update().where(key == run_id).values(**values))


@pytest.fixture
def damaged(stored) -> list[str]:
    """Store runs damaged in different ways, between two whole ones; return those whose row is damaged."""
    stored("first", "finished", list(whole_run()))
    for name, value in ROWS.items():
        damage(runs, stored(f"bad-{name}", "finished", list(whole_run())), **{name: value})
    damage(measurements, stored("bad-measured", "finished", list(whole_run())), body='{"accuracy": NaN}')
    damage(events, stored("bad-events", "finished", list(whole_run())), body='{"kind": "loss"}')
    stored("last", "finished", list(whole_run()))
    return [f"bad-{name}" for name in reversed(ROWS)]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks(open_screen, damaged, page):
    app = open_screen(page)
    assert not app.exception
    assert not app.error


def test_runs_shows_them_as_unreadable_and_deletes_them(open_screen, damaged):
    app = open_screen("runs")
    [table] = tables_on(app)
    states = dict(zip(table["Run"], table["State"], strict=True))
    assert states["bad-measured"] == "unreadable"
    assert states["first"] == states["last"] == "finished"
    assert not set(damaged) & set(states)
    assert [run.id for run in archive.unreadable_runs()] == damaged
    shown = " ".join(m.value for m in app.markdown)
    for run_id in damaged:
        assert f"`{run_id}`" in shown
    assert not app.button(key="delete_unreadable_4").click().run().exception
    assert [run.id for run in archive.unreadable_runs()] == damaged  # it asks first


def test_one_that_is_under_way_is_cancelled_from_there(open_screen, stored):
    damage(runs, stored("bad", "running"), config='{"temperature": 99}')
    app = open_screen("runs")
    assert "delete_unreadable_0" not in {button.key for button in app.button}
    app.button(key="cancel_unreadable_0").click().run()
    assert open_store().cancel_requests(["bad"]) == ["bad"]
    open_store().finish("bad", "cancelled")
    assert "delete_unreadable_0" in {button.key for button in app.run().button}


def test_what_is_confirmed_is_deleted_and_nothing_else(damaged):
    def ask() -> None:
        from simulator.runs import archive
        from ui.screens.results import runs

        runs.confirm_delete_unreadable(archive.unreadable_runs()[0])

    for left in range(len(damaged) - 1, 0, -1):
        app = AppTest.from_function(ask).run()
        app.button(key="really_delete_unreadable").click().run()
        assert not app.exception
        assert [run.id for run in archive.unreadable_runs()] == damaged[-left:]
    assert {"first", "last", "bad-measured", "bad-events"} <= {run.id for run in archive.list_runs()}


@pytest.mark.parametrize("run_id", ["bad-config", "bad-events", "bad-created_at"])
@pytest.mark.parametrize("page", ["results", "lab", "experiments"])
def test_a_link_to_one_says_that_it_cannot_be_read(open_screen, damaged, page, run_id):
    app = open_screen(page, run=run_id)
    assert "cannot be read" in app.error[0].value or (page == "experiments" and run_id == "bad-events")


def test_the_lab_offers_run_beside_one_whose_events_cannot_be_read(open_screen, damaged):
    assert "run_button" in {button.key for button in open_screen("lab", run="bad-events").button}


def test_compare_leaves_it_out_and_says_so(open_screen, damaged):
    app = open_screen("compare", runs="first,bad-measured,last")
    assert "'bad-measured' was stored by another version or is damaged" in app.warning[0].value
    assert app.multiselect[0].value == ["first", "last"]


def test_the_others_are_exported_and_listed_on_the_command_line(damaged, capsys):
    ids = [entry["run"]["id"] for entry in json.loads(history.export_history())["runs"]]
    assert ids == ["first", "bad-measured", "last"]
    assert main(["runs"]) == 0
    listed = capsys.readouterr().out
    for run_id in ("first", "last", "bad-measured", *damaged):
        assert run_id in listed
    assert "unreadable" in listed


def test_a_run_before_it_in_the_queue_may_be_unreadable(open_screen, stored):
    for run_id in ("bad", "good"):
        stored(run_id, "queued")
    damage(runs, "bad", forecast='{"seconds": NaN}')
    assert archive.expected_wait("good") is None
    assert "1 run before it" in followed(open_screen("lab", run="good"))["message"]["queue"]


@pytest.mark.parametrize("content", ["", "{}", '{"name": "own-0123abcd"', None])
def test_data_that_cannot_be_read_can_be_deleted(open_screen, content):
    file = own_data.folder_of("own-0123abcd") / own_data.INFO_FILE
    file.parent.mkdir(parents=True)
    if content is None:
        file.mkdir()  # a folder where a file should be
    else:
        file.write_text(content)
    open_screen("lab")
    app = open_screen("own_data")
    assert "own-0123abcd cannot be read" in app.warning[0].value
    app.button(key="delete_own-0123abcd").click().run()
    assert not app.exception
    assert not file.parent.exists()
    assert own_data.unreadable() == []


def test_a_lab_that_cannot_be_read_leaves_the_others(open_screen):
    mine = progress.new_id()
    for lab in LABS[:2]:
        prediction = next(iter(lab.prediction.options), lab.prediction.low)
        progress.commit(mine, lab, prediction, {c.setting: c.values[0] for c in lab.choices})
    with open_store().engine.begin() as connection:
        connection.execute(lab_progress.update().where(lab_progress.c.lab == LABS[0].name).values(body="{}"))
    assert list(progress.read(mine)) == [LABS[1].name]
    app = open_screen("guided_labs", progress=mine)
    assert not app.error


# -- notes

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3)) ![b](https://evil.example/b.png)\n"
    "# **bold** $x$ :material/home: </div></td></textarea>\n```\n\N{HEBREW LETTER ALEF} \N{SNOWMAN}"
)


def test_a_hostile_note_is_the_same_text_everywhere_and_comes_back(open_screen, stored):
    stored("aa11", "finished", list(whole_run()))
    shipped = recorded.all_recorded()[0].run.id
    for run_id in ("aa11", shipped):
        notes.write_note(run_id, HOSTILE)
    content = history.export_history().encode()
    service.delete("aa11")
    notes.write_note(shipped, "")
    assert history.import_history(content) == history.Imported(1, 0)
    assert notes.notes_of(["aa11", shipped]) == {"aa11": HOSTILE, shipped: HOSTILE}
    app = open_screen("runs")
    [table] = tables_on(app)
    assert dict(zip(table["Run"], table["Notes"], strict=True))["aa11"] == HOSTILE[:80]  # the table writes textContent
    app = open_screen("results", run="aa11")
    assert app.text_area(key="note_aa11").value == HOSTILE
    assert not any("alert(1)" in m.value for m in (*app.markdown, *app.caption))


def test_what_turns_text_around_is_no_part_of_a_note(stored):
    stored("aa11", "finished", list(whole_run()), make_config({}))
    notes.write_note("aa11", "\u202e99 % \u2066accuracy\u2069\u202c\x1b\x00\u202d")
    assert notes.note("aa11") == "99 % accuracy"
    notes.write_note("aa11", "\u202e \u2067\n")
    assert notes.note("aa11") == ""
