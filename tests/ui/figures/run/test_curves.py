from __future__ import annotations

import pytest

from tests.ui.invented import whole_run
from ui.figures import charts
from ui.figures.run import curves
from ui.following.story import tell


@pytest.fixture
def story():
    return tell(enumerate(whole_run(), 1))


def named(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_losses_draws_every_logged_step_and_the_mean_in_the_variants_colour(story):
    figure = curves.losses(story.losses, "hard", ("control", "distilled"), last_epoch=2)
    faint, bold = figure.data[0], figure.data[1]
    assert list(faint.x) == [0.5, 1.0, 1.5, 2.0]
    assert list(faint.y) == [p.hard for p in story.losses["control"]]
    assert bold.name == "control"
    assert bold.line.color == charts.COLOURS["control"]
    assert set(named(figure)) == {"control", "distilled"}
    assert tuple(figure.layout.xaxis.range) == (0, 2)


def test_soft_loss_of_the_control_does_not_exist(story):
    assert curves.loss_series(story.losses["control"], "soft") == []
    assert len(curves.loss_series(story.losses["distilled"], "soft")) == 4


def test_an_empty_chart_says_so_in_place_of_axes():
    figure = curves.losses({}, "hard", ("control",))
    assert figure.layout.xaxis.visible is False
    assert "begins" in figure.layout.annotations[0].text
    assert curves.losses_alt({}, "hard", ("control",)) == "Hard loss by epoch: no steps yet."


def test_long_series_are_thinned_evenly(story):
    point = story.losses["control"][0]
    many = [point.model_copy(update={"epoch": float(i), "hard": float(i)}) for i in range(2001)]
    pairs = curves.loss_series(many, "hard")
    assert len(pairs) <= curves.MOST_POINTS
    assert pairs[0] == (0.0, 0.0)
    assert pairs[1][0] - pairs[0][0] == pairs[-1][0] - pairs[-2][0]


def test_running_mean():
    assert curves.running_mean([3.0, 1.0]) == [3.0, 1.0]
    values = [1.0] * 15 + [4.0] * 15
    mean = curves.running_mean(values)
    assert len(mean) == 30
    assert mean[14:17] == [1.0, 2.5, 4.0]


def test_alt_texts_state_the_finding(story):
    assert curves.losses_alt(story.losses, "hard", ("control",)) == (
        "Hard loss by epoch: control went from 1.00 to 0.250."
    )
    assert curves.validation_alt(story.epochs, ["control"]) == "Validation accuracy: control 80.0 % after epoch 1."
    assert curves.validation_alt({}, ["control"]) == "Validation accuracy: no epoch is over yet."


def test_validation_accuracy_in_per_cent(story):
    figure = curves.validation(story.epochs, ["control", "recovered"])
    assert list(named(figure)["recovered"].y) == pytest.approx([10, 80])
