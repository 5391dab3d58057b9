"""What a student can take home from a run: notes, figures, the report, the notebook, the weights."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence

import streamlit as st

from simulator.errors import NotAvailable
from simulator.events import Measurement
from simulator.runs import archive, notes
from simulator.runs.database.store import Run
from simulator.runs.kept import seals
from simulator.teaching import lesson, notebook
from ui import report
from ui.figures import table
from ui.figures.run import tables
from ui.shell.guard import errors_shown
from ui.shell.plain import literal


def write_notes(run: Run) -> None:
    """Show the field for the student's notes on a run, which are saved at once."""
    key = f"note_{run.id}"

    def keep() -> None:
        with errors_shown():
            notes.write_note(run.id, st.session_state[key])
            st.toast("Your notes are saved.", icon=":material/check:")

    st.text_area(
        "Your notes",
        notes.note(run.id),
        max_chars=notes.LONGEST,
        height=140,
        key=key,
        on_change=keep,
        placeholder="What did you expect? What happened, and why?",
    )
    st.caption(
        "Saved with the run and included in its report. The Runs page shows how they begin, so a name helps to find "
        "it. Anyone who opens this run on this server can read them."
    )


def downloads(run: Run, measurements: Sequence[Measurement]) -> None:
    """Offer the report, the table and all data as files, and the student's weights if this machine has them."""
    folder = archive.export_dir(run.id)
    has_weights = (folder / "model.safetensors").is_file()
    damage = seals.broken_seal_as_last_read(folder) if has_weights else ""
    with st.container(horizontal=True):
        report_button(run)
        _button("Table (CSV)", lambda: table.csv_of(tables.plain(measurements)), f"run-{run.id}.csv", "text/csv")
        everything = f"run-{run.id}.json"
        _button(
            "Everything (JSON)", lambda: json.dumps(archive.export(run.id), indent=1), everything, "application/json"
        )
        if has_weights and not damage:
            _button(
                "Student's weights (ZIP)",
                lambda: weights_zip(run.id),
                f"student-{run.id}.zip",
                "application/zip",
                "model.safetensors, its config, and a README that says how to load them in plain PyTorch.",
            )
        missing = notebook.not_offered(run)
        if not missing:
            _button(
                "Notebook (ZIP)",
                lambda: notebook.bundle(run.id),
                f"notebook-{run.id}.zip",
                "application/zip",
                "This run in plain PyTorch, for Jupyter: the weights measured again and, for image models, teacher and "
                "student trained again. It is made when you press, and includes the weights.",
            )
    if not has_weights:
        st.caption(NO_WEIGHTS.get(run.origin, "The weights of this run are not kept here."))
    elif damage:
        st.warning(f"The weights of this run are damaged: {literal(damage)}. Run it again to get them.")
    elif missing:
        st.caption(missing)


NO_WEIGHTS = {
    "recorded": "Recorded runs come without weights and without a notebook; run it yourself to get them.",
    "imported": "Imported runs come without weights and without a notebook.",
    "cli": "The weights of this run are not kept here; with --export it wrote them elsewhere.",
}


def report_button(run: Run) -> None:
    """Offer the report of a run or of an experiment."""
    _button(
        "Report (HTML)",
        lambda: report.html(run.id),
        f"report-{run.id}.html",
        "text/html",
        "One file with the question, figures, charts, settings and your notes, for any browser and for printing. It "
        "is made when you press, which takes a second or two.",
    )


def _button(label: str, content: Callable[[], str | bytes], name: str, mime: str, tip: str | None = None) -> None:
    """Offer a download whose content is made on request."""
    st.download_button(label, content, name, mime, icon=":material/download:", on_click="ignore", help=tip)


def weights_zip(run_id: str) -> bytes:
    """Return the exported student as an uncompressed ZIP file: weights hardly shrink, and the click should be quick.

    Raises:
        NotAvailable: if it is damaged.
    """
    folder, packed = archive.export_dir(run_id), io.BytesIO()
    if damage := seals.broken_seal(folder):
        raise NotAvailable(f"The weights of run {run_id} are damaged: {damage}.", "Run it again to get them.")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as zipped:
        others = (lesson.FACTS_FILE, lesson.NUMBERS_FILE, seals.SUMS_FILE)  # for our own pages, not part of the student
        for path in sorted(p for p in folder.iterdir() if p.is_file() and p.name not in others):
            zipped.write(path, f"student-{run_id}/{path.name}")
    return packed.getvalue()
