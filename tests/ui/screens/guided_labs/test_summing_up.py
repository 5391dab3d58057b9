"""A student's own predictions, at the end of a lab and below the list."""

from __future__ import annotations

from simulator.teaching.labs import progress
from tests.ui.screens.guided_labs.guided import TEACHER, ZEROS, answered, begun, shown


def finish(known, lab):
    progress.take_runs(known, lab, lab.recorded)
    answered(known, lab, 0, 1, 0)
    answered(known, lab, 1, 2, 3)


def test_the_end_of_a_lab_sums_up_the_labs_that_are_done(open_screen):
    known = begun(TEACHER, prediction=12.5)
    finish(known, TEACHER)
    progress.commit(known, ZEROS, 40.0, {})  # begun, and not done
    app = open_screen("guided_labs", lab="1", progress=known, step="7")
    assert not app.exception
    assert "Your predictions so far" in shown(app)
    for page in (app, open_screen("guided_labs", progress=known)):
        drawn = str([component.proto for component in page.get("bidi_component")])
        assert "You said: +12.5 points." in drawn
        assert "Checks: right on the second try; not right after two tries." in drawn
        assert "You said: 40.0" not in drawn


def test_nothing_is_summed_up_before_a_lab_is_done(open_screen):
    known = begun(TEACHER, TEACHER.recorded, prediction=12.5)
    assert "Your predictions so far" not in shown(open_screen("guided_labs", progress=known))
    assert "Your predictions so far" not in shown(open_screen("guided_labs"))
