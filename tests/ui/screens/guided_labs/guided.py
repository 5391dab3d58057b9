"""Labs that were begun, and what a student presses and reads in one."""

from __future__ import annotations

import re

from simulator.teaching.labs import LABS, evidence, progress

TEACHER, TEMPERATURE, SPARSITY, ZEROS, CHANNELS, TOGETHER = LABS


def shown(app):
    kinds = (app.markdown, app.caption, app.info, app.success, app.error, app.warning, app.subheader)
    written = " ".join(str(e.value) for kind in kinds for e in kind)
    return re.sub(r"\\(?=[^A-Za-z0-9\s])|\N{WORD JOINER}", "", written)  # as it reads, not as Markdown spells it


def keys(app):
    return [b.key for b in app.button]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception, app.exception


def parameter(app, name):
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def check(app):
    next(b for b in app.button if b.label == "Check").click().run()
    assert not app.exception, app.exception


def choose(app, option):
    """Answer the check that is open: with the number of an option, 0 the right one."""
    app.radio[0].set_value(option)
    check(app)


def answered(known, lab, number, *options):
    """Answer a check of a lab in the store, on its recorded run: with the numbers of options, 0 the right one."""
    for option in options:
        progress.answer(known, lab, number, lab.questions(evidence(lab.recorded))[number], option)


def begun(lab, runs=None, settings=None, prediction=0.0):
    known = progress.new_id()
    progress.commit(known, lab, prediction, settings or {})
    if runs:
        progress.take_runs(known, lab, runs)
    return known
