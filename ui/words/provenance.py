"""Where the numbers of a run come from."""

from __future__ import annotations

import streamlit as st

from simulator.events import Provenance
from simulator.figures import numbers
from simulator.runs.database.store import Run
from ui.shell.plain import code_span, literal


def provenance_badge(provenance: Provenance | None, run: Run, compact: bool = False) -> None:
    """Show where the numbers come from: weights, machine, day and, unless ``compact``, the details behind a click."""
    if provenance is None:
        st.caption("It is not known yet where this run's weights come from.")
        return
    p = provenance
    device = literal(p.device.translate({ord("["): "(", ord("]"): ")"}))  # badges escape brackets again
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if run.origin == "recorded":
            st.badge(
                f"recorded on {device}, {numbers.day(p.recorded_at)}",
                icon=":material/inventory_2:",
                color="violet",
            )
        else:
            st.badge(f"measured on {device}, {numbers.day(p.recorded_at)}", icon=":material/speed:", color="blue")
        if run.origin == "imported":
            st.badge("imported from a file", icon=":material/upload_file:", color="gray")
        if p.source == "pretrained":
            st.badge("teacher from published weights", icon=":material/verified:", color="green")
        else:
            st.badge("teacher trained from scratch", icon=":material/construction:", color="orange")
    if compact:
        return
    if p.notice:
        st.caption(literal(p.notice))
    with st.expander("Where these numbers come from", icon=":material/fingerprint:"):
        st.markdown("\n".join(f"- **{name}:** {value}" for name, value in provenance_facts(p, run).items()))


def provenance_facts(p: Provenance, run: Run) -> dict[str, str]:
    """List where the numbers come from: name -> text in Markdown."""
    versions = literal(", ".join(f"{name} {version}" for name, version in p.versions.items()))
    repository = literal(p.repository)
    weights = f"pretrained, {repository}" + (f" at {code_span(p.revision)}" if p.revision else "")
    if p.source == "scratch":
        weights = f"random, from the teacher's own seed {p.seed}; built like {repository}"
    teacher = "kept from an earlier run" if p.teacher_was_cached else "trained in this run"
    if p.teacher_damage:
        teacher += f" because the kept one is damaged ({literal(p.teacher_damage)})"
    precision = f", matrix products in {p.precision}" if p.precision else ""
    return {
        "Run": f"`{run.id}`, the student's seed is {run.settings.seed}",
        "Weights": weights,
        "SHA-256": code_span(p.sha256) if p.sha256 else "none: no weights file was loaded",
        "Data": code_span(p.data),
        "Teacher": f"{code_span(p.teacher)}, {teacher}",
        "Machine": f"{literal(p.device)}, {numbers.several(p.threads, 'thread')}{precision}",
        "Versions": versions,
    }
