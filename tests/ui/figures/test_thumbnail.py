"""Thumbnails against the recordings' files: every result is a dot, and none is named."""

import json
import re
from importlib.resources import files

import pytest

from simulator.runs import recorded
from simulator.teaching.labs import LABS
from ui.figures.thumbnail import HEIGHT, WIDTH, teaser, thumbnail

FOLDER = files("simulator.teaching.labs") / "recordings"


def raw(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))["events"]


def circles(shipped):
    (panel,) = thumbnail("key", shipped).panels
    return [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', panel.svg)]


def test_every_cell_is_a_dot_the_higher_the_better():
    accuracies = [e["values"]["accuracy"] for e in raw("lab-teacher.json") if "values" in e]
    drawn = circles(recorded.of_experiment("few_labels"))
    assert len(drawn) == len(accuracies) == 12
    heights = [y for _, y in drawn]
    assert heights.index(min(heights)) == accuracies.index(max(accuracies))
    ranks = sorted(range(12), key=lambda n: -heights[n])
    assert [accuracies[n] for n in ranks] == sorted(accuracies)
    assert len({x for x, _ in drawn}) == 2  # 50 and 500 labels


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_dots_stay_inside_and_name_nothing(lab):
    shipped = recorded.named(lab.recorded)
    drawn = circles(shipped)
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in drawn)
    (panel,) = thumbnail("key", shipped).panels
    assert "<text" not in panel.svg
    assert str(len(drawn)) in panel.alt


def test_the_teaser_says_how_far_apart_the_results_are():
    accuracies = [e["values"]["accuracy"] for e in raw("lab-temperature.json") if "values" in e]
    low, high = (f"{100 * value:.1f} %" for value in (min(accuracies), max(accuracies)))
    sentence = re.sub(r"\s", " ", teaser(recorded.of_experiment("how_hot")))
    assert sentence == f"9 recorded results. Test accuracy: {low} to {high}."


def test_two_runs_stand_side_by_side():
    shipped = recorded.named(("recorded-lab-zeros", "recorded-lab-channels"))
    assert len({x for x, _ in circles(shipped)}) == len(circles(shipped)) == 10
