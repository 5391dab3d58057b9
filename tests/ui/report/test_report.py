"""The report holds the stored numbers, loads nothing, and treats users' notes as text."""

from __future__ import annotations

import html
import re

import pytest

from simulator.config.run import make_config
from simulator.errors import NotAllowed, RunNotFound
from simulator.events import Described, Kept, StageFinished
from simulator.figures import numbers
from simulator.figures.statistics import verdict
from simulator.runs import archive, notes, recorded
from simulator.runs.database.store import Store
from tests.ui.invented import PROVENANCE, measurement, whole_run
from tests.ui.report.paper import loads, stored
from ui import report
from ui.figures import columns
from ui.following.story import tell
from ui.report.run import kept_stages
from ui.report.sections import compression_tables

SHIPPED = [r.run.id for r in recorded.all_recorded()]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\n</textarea>&amp; **bold** `code`"


@pytest.mark.parametrize("run_id", SHIPPED)
def test_every_number_of_the_table_is_the_one_that_is_stored(run_id: str) -> None:
    text = report.html(run_id)
    cells = [html.unescape(cell).removeprefix("\N{BLACK STAR} ") for cell in re.findall(r"<td[^>]*>([^<]*)</td>", text)]
    for m in archive.measurements(run_id):
        shown = [c.show([m]) for part in (columns.QUALITY, columns.COST, columns.SPEED) for c in part.values()]
        assert any(cells[i : i + len(columns.QUALITY)] == shown[: len(columns.QUALITY)] for i in range(len(cells)))
        assert set(shown) <= set(cells)
        assert numbers.percent(m.accuracy) in text


@pytest.mark.parametrize("run_id", SHIPPED)
def test_it_says_the_same_verdicts_as_the_results_page(run_id: str) -> None:
    story = tell(archive.events(run_id))
    by_name = {m.name: [m] for m in story.measurements}
    judged = verdict(by_name["distilled"], by_name["control"], story.labels)
    assert judged is not None
    assert html.escape(numbers.verdict(judged)) in report.html(run_id)


@pytest.mark.parametrize("run_id", SHIPPED)
def test_it_loads_nothing_runs_nothing_and_is_small(run_id: str) -> None:
    text = report.html(run_id)
    found = loads(text)
    assert found.found == []
    assert not found.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert "url(http" not in text and "@import" not in text
    assert len(text) < 200_000
    assert {"svg", "table", "main", "h1"} <= found.tags


def test_it_says_which_stages_were_taken_over_and_from_where() -> None:
    kept = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a processor")
    story = tell([(1, StageFinished(stage="control", seconds=21, peak_memory_mb=1, kept=kept))])
    assert kept_stages(story) == [
        "The stage Control is kept: carried out in run ab12, 1 Jan 2026, in 21 s; its memory was measured there."
    ]


def test_the_table_says_which_figures_an_earlier_run_measured() -> None:
    kept = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a [processor]")
    good, *others = compression_tables([measurement("teacher", kept=kept), measurement("control")])
    assert "kept for teacher from run ab12, 1 Jan 2026, on a \\[processor\\]" in good.note
    assert all("kept" not in part.note for part in others)


def test_what_the_student_wrote_is_text(store: Store) -> None:
    stored(store)
    notes.write_note("r1", EVIL)
    text = report.html("r1")
    shown = re.search(r'<div class="note">(.*?)</div>', text, re.DOTALL)
    assert shown is not None and html.unescape(shown[1]) == EVIL
    assert loads(text).found == []
    assert not loads(text).tags & {"script", "img"}


def test_names_of_classes_and_data_are_text(store: Store) -> None:
    store.add("r1", make_config({}), None)
    store.start("r1", "1@0.0")
    evil = PROVENANCE.model_copy(update={"device": EVIL, "notice": EVIL, "data": EVIL})
    for event in whole_run():
        if isinstance(event, Described):
            event = event.model_copy(update={"class_names": (EVIL, "</svg><b>"), "provenance": evil})
        store.append("r1", [event])
    store.finish("r1", "finished")
    found = loads(report.html("r1"))
    assert found.found == []
    assert not found.tags & {"script", "img", "textarea", "b"}


def test_notes_stand_in_it_only_where_there_are_any(store: Store) -> None:
    stored(store)
    assert 'id="notes"' not in report.html("r1")
    notes.write_note("r1", "I expected more.")
    assert "I expected more." in report.html("r1")


def test_a_run_without_figures_has_no_report(store: Store) -> None:
    store.add("r1", make_config({}), None)
    with pytest.raises(NotAllowed, match="measured nothing"):
        report.html("r1")
    with pytest.raises(RunNotFound):
        report.html("nowhere")
