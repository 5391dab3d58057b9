"""Results: everything that was measured in one run."""

from __future__ import annotations

import streamlit as st

from simulator.runs import archive
from ui.following import live
from ui.kit import section_view
from ui.report.sections import COMPRESSION, OUTCOME, sections
from ui.screens.results import open_run, take_home
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Results")
with errors_shown():
    run_id = open_run.open_run()
    if run_id is None:
        open_run.nothing_yet()
        st.stop()
    run, story = archive.run(run_id), live.story_of(run_id)
    if not story.measurements:
        open_run.question(run, story)
        open_run.not_measured(run)
        st.stop()

    for section in sections(run, story):
        section_view.draw(section)
        if section.title == OUTCOME:
            open_run.question(run, story)
        if section.title == COMPRESSION:
            take_home.write_notes(run)
            take_home.downloads(run, story.measurements)
