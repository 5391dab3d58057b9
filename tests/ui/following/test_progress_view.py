"""What the page hands to the component; what that draws is seen in tests/browser/test_following.py."""

from __future__ import annotations

from simulator.experiments import make_experiment
from simulator.runs.database.store import open_store
from tests.ui.invented import whole_run
from tests.ui.reading import followed
from ui.figures import charts
from ui.following.drawing import CURVES, points_so_far
from ui.following.progress_view import NO_STREAM
from ui.following.story import tell


def test_the_stream_tells_of_a_run_under_way_and_the_page_of_one_that_has_ended(open_screen, stored):
    stored("r1", "running", list(whole_run())[:-1])
    app = open_screen("lab", run="r1")
    under_way = followed(app)
    assert (under_way["stream"], under_way["message"], under_way["state"]) == ("following/r1", None, "running")
    open_store().finish("r1", "cancelled")
    ended = followed(app.run())
    assert ended["stream"] is None and ended["state"] == "cancelled"
    assert len(ended["message"]["points"]) == len(points_so_far(tell(enumerate(whole_run(), 1))))


def test_without_a_stream_a_timer_hands_over_what_there_is(open_screen, stored):
    stored("r1", "running", list(whole_run())[:12])
    app = open_screen("lab", run="r1")
    app.session_state[NO_STREAM] = True
    by_timer = followed(app.run())
    assert by_timer["stream"] is None and by_timer["message"]["last"] == 12
    open_store().append("r1", list(whole_run())[12:20])
    assert followed(app.run())["message"]["last"] == 20


def test_a_waiting_run_says_so_before_its_stream_is_there(open_screen, stored):
    stored("r1", "queued")
    waiting = followed(open_screen("lab", run="r1"))
    assert waiting["stream"] and "It is next." in waiting["message"]["queue"]


def test_an_experiment_draws_no_curves_and_waits_for_cells(open_screen, stored):
    stored("e1", "running", config=make_experiment("how_hot"))
    drawn = followed(open_screen("experiments", run="e1"))
    assert (drawn["whole"], drawn["cells"]) == (False, 0)


def test_every_curve_and_every_variant_has_its_looks(open_screen, stored):
    stored("r1", "running")
    drawn = followed(open_screen("lab", run="r1"))
    assert list(drawn["curves"]) == list(CURVES)
    assert {variant for curve in drawn["curves"].values() for variant in curve["variants"]} <= set(drawn["looks"])
    assert {v: look["colour"] for v, look in drawn["looks"].items()} == charts.COLOURS
