"""Honest size: every form in which a variant can be stored, and why zeros alone gain so little.

Pure functions: sentences and a table, computed from a run's measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.config.run import RunConfig
from simulator.events import Measurement, Variant
from simulator.figures import numbers
from simulator.figures.statistics import Speed, by_variant, speed, spread
from ui.figures import columns, table
from ui.figures.columns import Seeds
from ui.figures.run import tables
from ui.figures.table import Cell, Table
from ui.settings.fields import asked_sparsity

SAME = 0.5
"""Changes of a file below this many per cent count as none: headers and norms differ by a few bytes."""

NOTE = (
    "Dense: every number in full. Without zeros: each tensor as non-zero values and a mask of one bit per weight, or "
    "as 2:4 (two values of four and their places), if that is smaller; really written, and read back by load.py. "
    "Physically smaller: the dense file of a model from which channels, heads or neurons were cut."
)


def mean(of: Callable[[Measurement], float | None], ms: Seeds) -> float | None:
    """Return a figure's mean over the seeds; None if an earlier version did not measure it."""
    known = [value for m in ms if (value := of(m)) is not None]
    return spread(known).mean if known else None


def ends(measurements: Sequence[Measurement]) -> tuple[Seeds, Seeds] | None:
    """Return the student before pruning and its last variant after; None if the run did not get that far."""
    groups = by_variant(measurements)
    after = groups.get("recovered") or groups.get("pruned")
    return (groups["distilled"], after) if after and "distilled" in groups else None


def shrunk(before: Seeds, after: Seeds) -> bool:
    """Whether tensors got smaller: structured pruning removed something."""
    return spread([m.parameters for m in after]).mean < spread([m.parameters for m in before]).mean


def question(config: RunConfig, measurements: Sequence[Measurement]) -> str:
    """Return the section's title, a question that this run's figures raise."""
    pair = ends(measurements)
    asked = f"I pruned {asked_sparsity(config)}"
    if pair is None or shrunk(*pair):
        return f"{asked}: what became smaller, and what became faster?"
    return f"{asked}: why is it no smaller{'' if _speed('batch_1', *pair) in ('faster', 'busy') else ' and no faster'}?"


def sentences(measurements: Sequence[Measurement]) -> list[str]:
    """Say what pruning did to the files and to the latency, each sentence from this run's numbers."""
    pair = ends(measurements)
    if pair is None:
        return []
    before, after = pair
    texts = [_zeros(before, after), _file("The dense file", before, after, lambda m: m.size_bytes, _why(before, after))]
    texts.append(_file("The gzipped file", before, after, lambda m: m.gzip_bytes, "gzip finds what repeats"))
    if mean(lambda m: m.sparse_bytes, after) is None:
        texts.append("The file without zeros was not written: this run is from an earlier version.")
    else:
        texts.append(_file("The file without zeros", before, after, lambda m: m.sparse_bytes, _encodings(after)))
    texts.append(_file("The multiply-adds", before, after, lambda m: m.macs, _counted(before, after), numbers.count))
    timed = [batch for batch in columns.BATCHES if any(batch in m.latency_ms for m in before)]
    return texts + [_time(batch, before, after) for batch in timed]


def _zeros(before: Seeds, after: Seeds) -> str:
    zeros = numbers.over_seeds([m.sparsity for m in after], numbers.percent)
    if not shrunk(before, after):
        return (
            f"**{zeros}** of the {numbers.count(after[0].parameters)} parameters are zero, and all of them are there."
        )
    was, now = (numbers.over_seeds([m.parameters for m in ms], numbers.count) for ms in (before, after))
    return f"**{now}** of {was} parameters are left; {zeros} of these are zero."


def _why(before: Seeds, after: Seeds) -> str:
    if shrunk(before, after):
        return "what was cut out is gone from the tensors"
    return "a zero takes as many bytes as any other number"


def _counted(before: Seeds, after: Seeds) -> str:
    return "smaller layers multiply less" if shrunk(before, after) else "a dense product multiplies by zero, too"


def _encodings(ms: Seeds) -> str:
    used = ms[0].sparse_encodings
    return "of its tensors " + ", ".join(f"{number} {name}" for name, number in used.items() if number)


def _file(
    subject: str,
    before: Seeds,
    after: Seeds,
    of: Callable[[Measurement], float | None],
    why: str,
    form: Callable[[float], str] = numbers.size,
) -> str:
    was, now = mean(of, before), mean(of, after)
    if was is None or now is None:
        return f"{subject}: not measured."
    change = 100 * (now / was - 1)
    changed = "no change" if abs(change) < SAME else numbers.change(change)
    written = [numbers.over_seeds([v for m in ms if (v := of(m)) is not None], form) for ms in (before, after)]
    return f"{subject}: {written[0]} before pruning, {written[1]} after (**{changed}**): {why}."


def _speed(batch: str, before: Seeds, after: Seeds) -> Speed | None:
    """Say which is faster; None if one was not timed."""
    return speed(before, after, batch) if all(batch in m.latency_ms for m in (*before, *after)) else None


def _time(batch: str, before: Seeds, after: Seeds) -> str:
    judged = _speed(batch, before, after)
    if judged is None:
        return f"Latency, {columns.BATCHES[batch][0]}: not measured."
    medians = [[m.latency_ms[batch].median for m in ms] for ms in (before, after)]
    was, now = (numbers.over_seeds(of, numbers.milliseconds) for of in medians)
    times = f"{was} before, {now} after"
    if judged in ("faster", "slower"):
        times += f" ({numbers.change(100 * (spread(medians[1]).mean / spread(medians[0]).mean - 1))})"
    return f"Latency, {columns.BATCHES[batch][0]}: {times}: **{numbers.SPEEDS[judged]}**."


def forms(measurements: Sequence[Measurement]) -> Table:
    """Return a table with a row per variant: its dense, gzipped, sparse and cut-down file, and its latencies."""
    groups = by_variant(measurements)
    return table.of([_row(name, ms, groups.get("distilled")) for name, ms in groups.items()])


def _row(name: Variant, ms: Seeds, whole: Seeds | None) -> table.Row:
    cut = name in ("pruned", "recovered") and whole is not None and shrunk(whole, ms)
    dense = columns.COST["File"].cell(ms)
    return {
        "Variant": tables.variant_cell(name),
        "Dense": dense,
        "Gzipped": columns.COST["Gzipped"].cell(ms),
        "Without zeros": columns.COST["Without zeros"].cell(ms),
        "Encodings": _encodings(ms).removeprefix("of its tensors ") if ms[0].sparse_encodings else columns.MISSING,
        "Physically smaller": dense if cut else Cell("nothing was cut out", None),
        "Batch 1": columns.SPEED["Batch 1"].cell(ms),
        "Batch 32": columns.SPEED["Batch 32"].cell(ms),
    }
