"""Sections that the reports of a run and of an experiment share."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.events import Provenance
from simulator.figures import numbers
from simulator.runs.database.store import Run
from ui.figures.parts import Code, Points, Section, TablePart, Text
from ui.figures.run import tables
from ui.shell.plain import literal
from ui.words.provenance import provenance_facts


def origin(run: Run, provenance: Provenance | None) -> str:
    """Say in one line where the numbers come from."""
    how = {"recorded": "Recorded", "imported": "Imported from a file; measured"}.get(run.origin, "Measured")
    if provenance is None:
        return f"Run {run.id}."
    weights = "from published weights" if provenance.source == "pretrained" else "trained from scratch"
    when = numbers.day(provenance.recorded_at)
    return f"{how} on {provenance.device}, {when}. Run {run.id}. Its teacher was {weights}."


SOURCES = "Where these numbers come from"
SAME_AGAIN = (
    "The same settings on the command line. They give the same figures on the same kind of processor, with the same "
    "number of threads and the same library versions:"
)


def settings_section(config: RunConfig, command: str) -> Section:
    """List every setting that applies, and the command that repeats the run."""
    shown = tables.settings_table(config, (n for n, setting in SETTINGS.items() if setting.applies(config)))
    table = TablePart("run_settings", shown, "All settings of this run that apply")
    return Section("Settings", [Text(SAME_AGAIN), Code(command), table], folded=True)


def flags(config: RunConfig, without: Sequence[str] = ()) -> str:
    """Return the command-line flags for a config: all of them, because defaults may change."""
    parts = []
    for name, value in config:
        given = " ".join(value) if isinstance(value, tuple) else str(value)
        if name not in without and given:
            text = shlex.quote(given) if isinstance(value, str) else given
            parts.append(f"--{SETTINGS[name].flag or name.replace('_', '-')} {text}")
    return " ".join(parts)


def provenance_section(run: Run, provenance: Provenance | None) -> Section:
    """List weights, data, teacher, machine and versions."""
    if provenance is None:
        return Section(SOURCES, [Text("The run did not record this.")], folded=True)
    facts = provenance_facts(provenance, run)
    points = Points([f"**{name}:** {value}" for name, value in facts.items()])
    notice = [Text(literal(provenance.notice))] if provenance.notice else []
    return Section(SOURCES, [*notice, points], folded=True)
