"""The picture at the end of a run."""

from __future__ import annotations

import re
from math import isclose
from typing import Any

import pytest

from simulator.events import Latency, Measurement
from simulator.figures import numbers
from simulator.runs import recorded
from tests.ui.invented import measurement
from ui.figures.charts import COLOURS
from ui.figures.parts import Panel
from ui.figures.run import picture

RECT = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="(#\w+)"')
RECORDED = [run.measurements for run in recorded.all_recorded()]


def run(**student: Any) -> list[Measurement]:
    """Teacher, control and distilled student; the student's file is a ninth of the teacher's."""
    return [
        measurement("teacher", 0.95, size_bytes=9000, sparse_bytes=9000),
        measurement("control", 0.75, size_bytes=1000, sparse_bytes=1000),
        measurement("distilled", 0.9, **{"size_bytes": 1000, "sparse_bytes": 1000, "macs": 500} | student),
    ]


def panels(measured: list[Measurement]) -> dict[str, Panel]:
    return {panel.title: panel for panel in picture.of_run(measured).panels}


def rectangles(panel: Panel) -> list[tuple[float, float, float, float, str]]:
    """Left, top, width, height and colour."""
    return [(*map(float, found[:4]), found[4]) for found in RECT.findall(panel.svg)]


def sides(panel: Panel) -> list[float]:
    """The sides of the squares on one ground line, each square's whole file before what is left without zeros."""
    shown = rectangles(panel)
    assert all(width == height for _, _, width, height, _ in shown)
    grounds = [top + height for _, top, _, height, _ in shown]
    assert max(grounds) - min(grounds) < 0.02
    return [width for _, _, width, _, _ in shown]


@pytest.mark.parametrize("measured", [run(), *RECORDED])
def test_areas_are_in_proportion_to_the_measured_bytes(measured: list[Measurement]) -> None:
    teacher, student = measured[0], measured[-1]
    file = panels(measured)["File"]
    whole, _, small, solid = sides(file)
    assert isclose(small**2 / whole**2, student.size_bytes / teacher.size_bytes, rel_tol=0.01)
    assert student.sparse_bytes is not None
    left = student.sparse_bytes if student.sparse_bytes < student.size_bytes / picture.SAME else student.size_bytes
    assert isclose(solid**2 / whole**2, left / teacher.size_bytes, rel_tol=0.01)
    assert [shown[4] for shown in rectangles(file)[::2]] == [COLOURS[teacher.name], COLOURS[student.name]]
    for m in (teacher, student):
        assert numbers.size(m.size_bytes) in file.svg and f"{m.name} {numbers.size(m.size_bytes)}" in file.alt


def test_zeros_that_the_file_still_holds_are_pale_and_said() -> None:
    pruned = panels(run(sparse_bytes=250))["File"]
    *_, small, solid = sides(pruned)
    assert isclose(solid**2 / small**2, 0.25, rel_tol=0.01)
    assert "Pale" in pruned.caption and "250 B without zeros" in pruned.svg and "250 B without zeros" in pruned.alt
    assert "Pale" not in panels(run())["File"].caption
    assert "Pale" not in panels(run(sparse_bytes=None))["File"].caption  # an earlier version did not write that file


@pytest.mark.parametrize("measured", [run(), *RECORDED])
def test_every_bar_shows_what_was_measured_and_its_range(measured: list[Measurement]) -> None:
    accuracy, time = panels(measured)["Test accuracy"], panels(measured)["Time for one example"]
    by_name = {m.name: m for m in measured}
    names = [n for n in by_name if n in ("teacher", "control", "distilled", measured[-1].name)]
    assert accuracy.svg.count("<rect") == accuracy.svg.count("<path") == len(names)
    widths = [width for _, _, width, _, _ in rectangles(accuracy)]
    for name, width in zip(names, widths, strict=True):
        m = by_name[name]
        assert isclose(width / 144, m.accuracy, abs_tol=0.001)
        shown = f"{name} {numbers.percent(m.accuracy)} ({numbers.percent_interval(*m.accuracy_interval)})"
        assert shown in accuracy.alt and f"<title>{shown}</title>" in accuracy.svg
    for m in (measured[0], measured[-1]):
        t = m.latency_ms["batch_1"]
        shown = f"{m.name} {numbers.milliseconds(t.median)} ({numbers.middle_half(t.p25, t.p75)})"
        assert shown in time.alt and f"<title>{shown}</title>" in time.svg
    for low, high in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", accuracy.svg + time.svg):
        assert float(low) < float(high) <= 228


def test_speed_is_judged_only_where_the_times_can_be_compared() -> None:
    def caption(**student: Any) -> str:
        return panels(run(**student))["Time for one example"].caption

    def timed(median: float, others: float = 0.0) -> dict[str, Any]:
        ends = {"p25": 0.95 * median, "p75": 1.05 * median, "p95": 1.2 * median}
        latency = Latency(median=median, **ends, runs=20, threads=2, others_cpu=others)
        return {"latency_ms": {"batch_1": latency, "batch_32": latency}}

    assert caption(**timed(5)).endswith("The student is faster.")
    assert caption(**timed(20)).endswith("The student is slower.")
    assert caption(**timed(10)).endswith("They overlap: no clear difference.")
    assert caption(**timed(5), macs=5000).endswith("Both have the same layers and do the same work.")
    busy = panels(run(**timed(5, others=0.9)))["Time for one example"]
    assert busy.caption.endswith("Dashed: the machine was busy, not comparable.")
    assert busy.svg.count("stroke-dasharray") == 1


def test_several_seeds_are_drawn_as_their_mean_and_deviation() -> None:
    second = [m.model_copy(update={"repeat": 1, "accuracy": m.accuracy + 0.02}) for m in run()[1:]]
    accuracy = panels([*run(), *second])["Test accuracy"]
    assert accuracy.caption == "Lines: the standard deviation over the seeds; of a single one, the 95 % interval."
    assert "distilled 91.0 % (89.6 to 92.4 %)" in accuracy.alt


def test_a_run_that_ended_early_is_drawn_as_far_as_it_was_measured() -> None:
    alone = panels(run()[:1])
    assert sides(alone["File"])[0] > 0 and alone["Test accuracy"].svg.count("<rect") == 1
    assert alone["Time for one example"].caption == "Lines: the middle half of the timed calls."
    untimed = [m.model_copy(update={"latency_ms": {}}) for m in run()]
    assert list(panels(untimed)) == ["File", "Test accuracy"]
    assert "student" not in panels([run()[0], *untimed[1:]])["Time for one example"].caption
    assert list(panels(run()[1:])) == ["File", "Test accuracy", "Time for one example"]


def test_several_runs_share_one_scale() -> None:
    larger = [m.model_copy(update={"size_bytes": 4 * m.size_bytes, "sparse_bytes": None}) for m in run()]
    drawn = picture.of_runs({"A": run(), "B": larger, "C": run()[:1]})
    assert drawn is not None
    file, accuracy, time = drawn.panels
    widths = [width for _, _, width, _, _ in rectangles(file)[::2]]
    assert [
        isclose(w**2 / widths[2] ** 2, share, rel_tol=0.01)
        for w, share in zip(widths, (1 / 4, 1 / 36, 1, 1 / 9), strict=True)
    ]
    for panel in (file, accuracy, time):
        assert all(f"{letter} {name}" in panel.alt for letter in "AB" for name in ("teacher", "distilled"))
        assert "C " not in panel.alt
    assert accuracy.caption == "Lines: the 95 % interval."
    assert picture.of_runs({"C": run()[:1]}) is None
