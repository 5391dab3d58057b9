"""The report of an experiment: its question, what its numbers say, every cell."""

from __future__ import annotations

from simulator.catalog.models import MODELS
from simulator.errors import NotAllowed
from simulator.events import Conclusion
from simulator.figures import numbers
from simulator.runs import archive, notes
from simulator.runs.database.store import Run
from ui.figures import table
from ui.figures.experiments import cell_charts, cell_table
from ui.figures.experiments.views import view_of
from ui.figures.parts import Beside, Chart, Part, Points, Section, TablePart, Text
from ui.following.story import tell
from ui.report import common
from ui.report.page import Report
from ui.report.run import kept_students
from ui.shell.plain import literal


def experiment_report(run: Run) -> Report:
    """Build the report of an experiment.

    Raises:
        NotAllowed: if none of its cells was measured.
    """
    story, config = tell(archive.events(run.id)), run.experiment
    if config is None or not story.cells:
        raise NotAllowed(f"Run {run.id} has measured nothing.", "A report needs an experiment with measured cells.")
    experiment, axes = config.entry, {axis.setting: axis.values for axis in config.axes}
    figures = []
    view = view_of(experiment)
    for value, title in view.quantities.titles.items():
        if any(value in cell.values for cell in story.cells):
            chart = cell_charts.draw(view, value, story.cells, axes)
            alt = cell_charts.alt(view, value, story.cells)
            figures.append(Chart(f"c_{value}", chart, title, "", alt))
    cells = TablePart(
        "cells", cell_table.cells(story.cells, view.quantities), "Every cell with its seed and its values"
    )
    seeds = f"--seeds {config.seeds} "
    along = "".join(f"--axis {a.setting}={','.join(map(cell_charts.shown, a.values))} " for a in config.axes)
    command = f"python -m simulator experiment {experiment.name} {seeds}{along}"
    literature = [Text(experiment.hypothesis), Text(f"Source: {experiment.paper}")]
    return Report(
        title=f"{experiment.title}: {MODELS[config.base.model].title}",
        question=experiment.question,
        origin=" ".join([common.origin(run, story.provenance), *kept_students(story)]),
        note=notes.note(run.id),
        sections=[
            _conclusion(story.conclusion),
            Section("What the cells show", [Beside(figures)]),
            Section("Every cell", [cells]),
            Section("What the literature suggests", literature),
            common.settings_section(config.base, command + common.flags(config.base, without=tuple(axes))),
            common.provenance_section(run, story.provenance),
        ],
    )


def _conclusion(conclusion: Conclusion | None) -> Section:
    if conclusion is None:
        return Section(
            "What the numbers say", [Text("The experiment was stopped before its end, so there is no conclusion.")]
        )
    rows = [
        {
            "Compared": c.name,
            "Mean difference": numbers.three(c.mean),
            "Standard deviation": "not known" if c.deviation is None else numbers.three(c.deviation),
            "95 % interval": "not known" if c.interval is None else " to ".join(map(numbers.three, c.interval)),
            "p": "not known" if c.p is None else numbers.p_value(c.p),
            "Pairs": str(c.n),
        }
        for c in conclusion.comparisons
    ]
    parts: list[Part] = [Points([literal(sentence) for sentence in conclusion.sentences])]
    if rows:
        parts.append(
            TablePart("comparisons", table.of(rows), "Every difference that was tested", "The tested differences")
        )
    return Section("What the numbers say", parts)
