"""Results: everything that was measured in one run."""

from __future__ import annotations

import streamlit as st

from ui.following import views
from ui.screens.experiments import allocation
from ui.screens.results import sections, take_home
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown
from ui.words import glossary, provenance

need_frame()
st.title("Results")
with errors_shown():
    run_id = sections.open_run()
    if run_id is None:
        sections.nothing_yet()
        st.stop()
    run, story = sections.headline(run_id)
    measured = story.measurements
    provenance.provenance_badge(story.provenance, run)
    if not measured:
        sections.not_measured(run)
        st.stop()

    views.gains(measured)
    st.header("Compression table", divider="gray")
    views.compression(measured, story.labels, story.averages_estimated())
    allocation.foretold(run, measured)
    with st.expander("What these numbers do not say", icon=":material/info:"):
        st.markdown("\n".join(f"- {caveat}" for caveat in glossary.CAVEATS))
    take_home.write_notes(run)
    take_home.downloads(run, measured)

    st.header("Size, accuracy, latency", divider="gray")
    views.cost_charts(measured)
    sections.to_compare(run)

    sections.honest_size(run, measured)

    st.header("How they learned", divider="gray")
    sections.learning(run, story)

    st.header("Layer by layer", divider="gray")
    sections.layers(measured)

    st.header("Which classes are mixed up", divider="gray")
    sections.confusions(measured, story.class_names)
    sections.generated(measured)
