"""Results: everything that was measured in one run."""

from __future__ import annotations

import streamlit as st

from ui import budget_fit, results, take_home, teach, views
from ui.frame import need_frame
from ui.guard import errors_shown

need_frame()
st.title("Results")
with errors_shown():
    run_id = results.open_run()
    if run_id is None:
        results.nothing_yet()
        st.stop()
    run, story = results.headline(run_id)
    measured = story.measurements
    teach.provenance_badge(story.provenance, run)
    if not measured:
        results.not_measured(run)
        st.stop()

    views.gains(measured)
    st.header("Compression table", divider="gray")
    views.compression(measured, story.labels, story.averages_estimated())
    budget_fit.foretold(run, measured)
    with st.expander("What these numbers do not say", icon=":material/info:"):
        st.markdown("\n".join(f"- {caveat}" for caveat in teach.CAVEATS))
    take_home.write_notes(run)
    take_home.downloads(run, measured)

    st.header("Size, accuracy, latency", divider="gray")
    views.cost_charts(measured)
    results.to_compare(run)

    results.honest_size(run, measured)

    st.header("How they learned", divider="gray")
    results.learning(run, story)

    st.header("Layer by layer", divider="gray")
    results.layers(measured)

    st.header("Which classes are mixed up", divider="gray")
    results.confusions(measured, story.class_names)
    results.generated(measured)
