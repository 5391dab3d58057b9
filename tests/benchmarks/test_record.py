"""What is shipped of a run, and the conclusions that are drawn anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks import record
from simulator.events import CellFinished
from simulator.runs import recorded

SHIPPED = record.LAB_RECORDINGS


def loss(variant: str, step: int) -> dict[str, object]:
    return {"kind": "loss", "variant": variant, "step": step, "total": 0.123456789}


def test_loss_curves_are_thinned_evenly_and_keep_their_last_point() -> None:
    events = [loss("teacher", step) for step in range(1, 201)] + [loss("control", step) for step in range(1, 81)]
    events.insert(100, {"kind": "progress", "done": 1})
    kept = list(record.thinned(events))
    teacher, control = ([e["step"] for e in kept if e["variant"] == name] for name in ("teacher", "control"))
    assert teacher == list(range(2, 201, 3))  # every third of 200: at most 80
    assert control == list(range(1, 81))
    assert {event["total"] for event in kept} == {0.12346}


def test_what_was_measured_is_not_rounded() -> None:
    measured = {"kind": "measured", "measurement": {"accuracy": 0.123456789}}
    assert record.rounded(measured) == measured
    assert record.rounded({"kind": "loss", "at": {"step": 123456, "total": 123456.0}, "name": "x"}) == {
        "kind": "loss", "at": {"step": 123456, "total": 123460.0}, "name": "x",
    }  # fmt: skip


def test_a_recording_has_a_name_and_a_process_of_its_own() -> None:
    run = {"id": "a1", "origin": "cli", "process": "7@host", "state": "finished"}
    made = record.recording("resnet18", {"run": run, "events": [loss("t", 1)]})
    assert made["run"] == {"id": "recorded-resnet18", "origin": "recorded", "process": None, "state": "finished"}
    assert len(made["events"]) == 1


def test_conclusions_are_drawn_anew_from_the_recorded_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "recordings"
    shutil.copytree(record.LAB_RECORDINGS, folder)
    monkeypatch.setattr(record, "LAB_RECORDINGS", folder)
    content = json.loads((folder / "lab-teacher.json").read_text())
    (concluded,) = (event for event in content["events"] if event["kind"] == "concluded")
    concluded["conclusion"] |= {"sentences": ["By an earlier rule."], "shown": None}
    record.write(folder / "lab-teacher.json", content)
    record.conclude_anew()
    for shipped in recorded.of_labs():
        events = json.loads((folder / f"{shipped.run.id.removeprefix('recorded-')}.json").read_text())["events"]
        if shipped.run.experiment:
            measured = [event for event in shipped.events if isinstance(event, CellFinished)]
            (written,) = (event["conclusion"] for event in events if event["kind"] == "concluded")
            expected = shipped.run.experiment.conclude(measured)
            assert (tuple(written["sentences"]), written["shown"]) == (expected.sentences, expected.shown)
        original = json.loads((SHIPPED / f"{shipped.run.id.removeprefix('recorded-')}.json").read_text())["events"]
        others = [[event for event in some if event["kind"] != "concluded"] for some in (events, original)]
        assert others[0] == others[1]
