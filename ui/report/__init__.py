"""The report of a run: one HTML file that works from a disk, without a network and without any script."""

from __future__ import annotations

from ui.report.experiment import experiment_report
from ui.report.page import render
from ui.report.run import run_report

__all__ = ["html"]


def html(run_id: str) -> str:
    """The report of a finished run, or of a finished experiment.

    Raises:
        RunNotFound: if there is none with this id.
        NotAllowed: if nothing was measured in it.
    """
    from simulator.runs import archive

    run = archive.run(run_id)
    return render(experiment_report(run) if run.experiment else run_report(run))
