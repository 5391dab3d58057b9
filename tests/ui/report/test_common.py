"""What the reports of runs and of experiments share: origin, settings, command and provenance."""

from __future__ import annotations

import shlex

import pytest

from simulator.cli.main import make_parser
from simulator.config.run import RunConfig, make_config
from simulator.runs import archive
from simulator.runs.database.store import Store
from tests.ui.invented import PROVENANCE
from tests.ui.report.paper import stored
from ui.figures.parts import Points, TablePart, Text
from ui.report import common, page


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"temperature": 2.5, "also_prune": ("norms", "biases"), "recovery_with_teacher": False, "repeats": 2},
        {"model": "distilbert", "pruning": "structured", "target_sparsity": 0.3, "scope": "layer_wise"},
        {"model": "t5_small", "method": "label_smoothing", "student_size": 2, "weights": "scratch"},
        {"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5, layer1.0.conv1.weight=0.25"},
    ],
)
def test_the_command_in_it_asks_for_the_same_run(values: dict[str, object]) -> None:
    config = make_config(values)
    options = vars(make_parser().parse_args(["run", *shlex.split(common.flags(config))]))
    assert make_config({name: value for name, value in options.items() if name in RunConfig.model_fields}) == config


@pytest.mark.parametrize(
    ("origin", "begins"),
    [("app", "Measured on"), ("cli", "Measured on"), ("recorded", "Recorded on"), ("imported", "Imported from a file")],
)
def test_the_origin_says_how_the_numbers_came_here(store: Store, origin: str, begins: str) -> None:
    run = archive.run(stored(store)).model_copy(update={"origin": origin})
    line = common.origin(run, PROVENANCE)
    assert line.startswith(begins) and PROVENANCE.device in line and "3 May 2026" in line
    assert line.endswith("Run r1. Its teacher was trained from scratch.")
    published = PROVENANCE.model_copy(update={"source": "pretrained"})
    assert common.origin(run, published).endswith("Its teacher was from published weights.")
    assert common.origin(run, None) == "Run r1."


def test_a_flag_is_left_out_where_it_is_asked_for_or_empty() -> None:
    text = common.flags(make_config({}), without=("temperature",))
    assert "--temperature" not in text and "--also-prune" not in text and "--layer-sparsity" not in text
    assert "--alpha 0.7" in text and "--sparsity 0.5" in text


def test_the_settings_are_those_that_apply() -> None:
    *_, part = common.settings_section(make_config({"model": "distilbert"}), "the command").parts
    assert isinstance(part, TablePart)
    shown = {row[0].text for row in part.table.rows}
    assert "Temperature T" in shown
    assert not shown & {"Image size", "Rounds", "Sparsity by layer"}


def test_provenance_has_its_notice_as_text_and_says_where_there_is_none(store: Store) -> None:
    run = archive.run(stored(store))
    notice, points = common.provenance_section(run, PROVENANCE.model_copy(update={"notice": "a *star*"})).parts
    assert isinstance(notice, Text) and str(page.marked(notice.text)) == "a *star*"
    assert isinstance(points, Points) and any("digits-0123" in sentence for sentence in points.sentences)
    assert common.provenance_section(run, PROVENANCE.model_copy(update={"notice": ""})).parts[0] == points
    (unknown,) = common.provenance_section(run, None).parts
    assert isinstance(unknown, Text) and "did not record" in unknown.text
