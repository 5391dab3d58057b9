"""Thumbnails against the recordings' files: every result is a dot, and none is named."""

import json
import re
from importlib.resources import files

import pytest

from simulator.events import CellFinished
from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.experiments.sensitivity import WHOLE
from simulator.runs import recorded
from simulator.runs.records import Run
from simulator.teaching.labs import LABS
from ui.figures.thumbnail import HEIGHT, WIDTH, promise, sketch, teaser, thumbnail

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


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_drawn_once_it_is_recorded(name):
    config = make_experiment(name)
    places = config.places() or [(at, 0) for at in (WHOLE, {"layer": "conv1", "sparsity": 0.5})]
    values = dict.fromkeys(config.entry.quantities.titles, 0.5)
    cells = [CellFinished(at=at, seed=seed, values=values) for at, seed in places]
    (example,) = recorded.of_experiment("few_labels")
    run = Run.model_validate({**example.run.model_dump(), "config": config})
    shipped = [recorded.Recorded(run, (example.events[0], *cells))]
    assert len(circles(shipped)) == len(cells)
    assert f"{len(cells)} recorded results" in teaser(shipped)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_sketch_shows_no_result(name):
    planned = make_experiment(name)
    (panel,) = sketch("key", planned).panels
    assert "without results" in panel.alt and promise(planned) in panel.alt
    assert f'results for "{next(iter(planned.entry.quantities.titles.values()))}"' in promise(planned)
    assert panel.svg.count("<circle") == 1 and not re.search(r"\d %", panel.alt)  # the ground of the question mark


@pytest.mark.parametrize(("name", "places"), [("missing_digit", 5), ("sensitivity", 9), ("sweep", 9), ("four_way", 2)])
def test_a_sketch_has_a_line_for_each_place_along_the_axis(name, places):
    (panel,) = sketch("key", make_experiment(name)).panels
    lines = re.findall(r"M([\d.]+) 9V", panel.svg)
    assert len(lines) == len(set(lines)) == places and all(0 < float(x) < WIDTH for x in lines)
