"""The six labs and the recorded runs that ship with them."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from simulator.runs import recorded
from simulator.teaching import lesson
from simulator.teaching.labs import LABS, evidence
from simulator.teaching.labs.channels import CHANNELS
from simulator.teaching.labs.teacher import TEACHER
from simulator.teaching.labs.together import TOGETHER
from simulator.teaching.labs.zeros import ZEROS
from tests.simulator.teaching.labs.made import settings_of


def test_there_are_six_each_with_its_recorded_runs_of_the_very_same_settings():
    assert len(LABS) == len({lab.name for lab in LABS}) == 6
    for lab in LABS:
        assert 10 <= lab.minutes <= 20
        shipped = [recorded.find(run_id) for run_id in lab.recorded]
        assert [one.run.config for one in shipped] == list(lab.configs(settings_of(lab)))
        assert all(one.run.origin == "recorded" and one.run.state == "finished" for one in shipped)
        assert all(one.run.settings.model == "resnet18" and one.run.settings.dataset == "digits" for one in shipped)


def test_the_recorded_runs_of_the_labs_are_small_and_not_in_the_list_of_runs():
    folder = files("simulator.teaching.labs") / "recordings"
    assert sum(len(f.read_bytes()) for f in folder.iterdir()) < 1_000_000
    assert not {r.run.id for r in recorded.of_labs()} & {r.run.id for r in recorded.all_recorded()}


def test_a_recorded_run_of_a_lab_has_no_lesson_and_borrows_none():
    """There is one of the same model, on other settings: it must not be taken for this run's."""
    for one in recorded.of_labs():
        assert not lesson.exists(one.run.id)
    assert lesson.exists("recorded-resnet18")


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_recorded_run_answers_everything(lab):
    found = evidence(lab.recorded)
    answer = lab.answer(found)
    lab.prediction.check(answer.value) if answer.value != "" else None
    assert answer.sentence.endswith(".") and answer.basis
    first, second = lab.questions(found)
    assert first.key != second.key
    for question in (first, second):
        assert question.is_right(question.right)
        assert len(set(question.options)) == len(question.options)
        assert len(question.options) >= 3 and question.hint.endswith((".", "?"))
    assert len(lab.takeaway(found)) == 3
    rows = lab.table(found)
    assert len(rows) >= 2 and all(list(row) == list(rows[0]) for row in rows)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_no_right_answer_can_be_copied_from_what_is_shown(lab):
    """Neither the whole answer nor a number in it stands in the table, the measured answer, question or hint."""
    found = evidence(lab.recorded)
    table = [text for row in lab.table(found) for text in (*row, *row.values())]
    for question in lab.questions(found):
        shown = " | ".join([*table, lab.answer(found).sentence, question.text, question.hint])
        right = question.right_words()
        assert right not in shown
        settings_only = {"T = 1", "T = 4", "T = 20"}
        without = re.sub("|".join(sorted(settings_only, key=len, reverse=True)), "", right)
        assert not set(re.findall(r"\d[\d.,]*", without)) & set(re.findall(r"\d[\d.,]*", shown)), right


def raw_events(run_id: str) -> list[dict]:
    """A recorded run's events, as they are in its file."""
    where = files("simulator.runs" if run_id == "recorded-resnet18" else "simulator.teaching.labs") / "recordings"
    file = where / f"{run_id.removeprefix('recorded-')}.json"
    return json.loads(file.read_text(encoding="utf-8"))["events"]


def raw(run_id: str) -> dict[str, dict]:
    """Variant -> what was measured, and which answers are right."""
    recorded = raw_events(run_id)
    labels = next(e["labels"] for e in recorded if e["kind"] == "described")
    variants = {e["measurement"]["name"]: e["measurement"] for e in recorded if e["kind"] == "measured"}
    for variant in variants.values():
        variant["right"] = [a == y for a, y in zip(variant["answers"], labels, strict=True)]
    return variants


def test_the_recorded_answers_are_those_of_the_files():
    """Worked out anew from the raw answers and bytes."""
    cells = [e for e in raw_events("recorded-lab-teacher") if e["kind"] == "cell" and e["at"]["labels"] == 50]
    sums = {"control": 0.0, "distilled": 0.0}
    for cell in cells:
        sums[cell["at"]["student"]] += cell["values"]["accuracy"]
    assert len(cells) == 6
    points = 100 * (sums["distilled"] - sums["control"]) / 3
    assert TEACHER.answer(evidence(TEACHER.recorded)).value == pytest.approx(points)

    zeros = raw("recorded-resnet18")
    shrunk = 100 * (1 - zeros["pruned"]["size_bytes"] / zeros["distilled"]["size_bytes"])
    assert ZEROS.answer(evidence(ZEROS.recorded)).value == pytest.approx(shrunk)

    single, whole = (raw(run_id)["pruned"]["right"] for run_id in CHANNELS.recorded)
    gained = sum(w and not s for w, s in zip(whole, single, strict=True))
    lost = sum(s and not w for w, s in zip(whole, single, strict=True))
    assert (
        f"of 450 digits, this one alone reads {gained} correctly, the other alone {lost};"
        in CHANNELS.answer(evidence(CHANNELS.recorded)).sentence
    )

    both = raw("recorded-lab-together")
    points = 100 * (sum(both["recovered"]["right"]) - sum(both["teacher"]["right"])) / 450
    assert TOGETHER.answer(evidence(TOGETHER.recorded)).value == pytest.approx(points)
