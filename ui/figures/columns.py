"""The columns of the compression table: what each shows of a variant, and which of its values is the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.events import Measurement
from simulator.figures import numbers
from simulator.figures.statistics import spread, wilson_interval
from ui.figures.table import Cell

BATCHES = {"batch_1": ("batch 1", "one example"), "batch_32": ("batch 32", "32 examples at once")}
MISSING = "not measured"

Seeds = Sequence[Measurement]
"""The measurements of one variant, one per seed."""

Best = Callable[..., float]
"""``max`` if more is better, ``min`` if less is."""


@dataclass(frozen=True)
class Column:
    """A column of the compression table.

    Attributes:
        show: The text of a variant's cell.
        value: What the cells are ordered by; None if it was not measured.
        best: Which of the values is starred; None if none is.
        tip: Explains the heading.
    """

    show: Callable[[Seeds], str]
    value: Callable[[Seeds], float | None]
    best: Best | None
    tip: str

    def cell(self, ms: Seeds) -> Cell:
        """Return a variant's cell, sorted as a number."""
        return Cell(self.show(ms), self.value(ms))


def _mean(of: Callable[[Measurement], float | None]) -> Callable[[Seeds], float | None]:
    """Return a figure's mean over the seeds in which it was measured."""

    def value(ms: Seeds) -> float | None:
        known = [v for m in ms if (v := of(m)) is not None]
        return spread(known).mean if known else None

    return value


def _figure(
    of: Callable[[Measurement], float | None], form: Callable[[float], str], best: Best | None, tip: str
) -> Column:
    """Return a column of a figure's mean over the seeds, with the spread."""

    def show(ms: Seeds) -> str:
        known = [v for m in ms if (v := of(m)) is not None]
        return numbers.over_seeds(known, form) if known else MISSING

    return Column(show, _mean(of), best, tip)


def _interval(ms: Seeds) -> str:
    examples = ms[0].test_examples
    mean = spread([m.accuracy for m in ms]).mean
    return numbers.percent_interval(*wilson_interval(round(mean * examples), examples))


def _timed(batch: str, name: str) -> Callable[[Measurement], float | None]:
    """Return a percentile of the timed calls of a batch, in ms; None if it was not timed."""
    return lambda m: getattr(m.latency_ms[batch], name) if batch in m.latency_ms else None


def _median(batch: str) -> Column:
    tip = f"Latency: median time for {BATCHES[batch][1]}."
    return _figure(_timed(batch, "median"), numbers.milliseconds, min, tip)


def _percentiles(batch: str, *names: str, tip: str) -> Column:
    """Return a column of one or two percentiles of the timed calls, each the mean over the seeds."""
    ends = [_mean(_timed(batch, name)) for name in names]

    def show(ms: Seeds) -> str:
        known = [value for end in ends if (value := end(ms)) is not None]
        return " to ".join(map(numbers.three, known)) + " ms" if known else MISSING

    return Column(show, ends[0], None, tip)


QUALITY: dict[str, Column] = {
    "Accuracy": _figure(lambda m: m.accuracy, numbers.percent, max, "Share of correct answers."),
    "95 % interval": Column(
        _interval,
        _mean(lambda m: m.accuracy),
        None,
        "The probable range of the accuracy on endless data of this kind (Wilson score interval). With several seeds, "
        "it is that of their mean, with every example counted once.",
    ),
    "Precision": _figure(
        lambda m: m.precision,
        numbers.percent,
        max,
        "The share of correct answers among those that name a class; mean over the classes.",
    ),
    "Recall": _figure(
        lambda m: m.recall,
        numbers.percent,
        max,
        "The share of a class's examples that was found; mean over the classes.",
    ),
    "F1": _figure(
        lambda m: m.f1, numbers.percent, max, "Harmonic mean of precision and recall; mean over the classes."
    ),
}
COST: dict[str, Column] = {
    "Parameters": _figure(lambda m: m.parameters, numbers.count, min, "Numbers the model stores, zeros included."),
    "Non-zero": _figure(lambda m: m.nonzero_parameters, numbers.count, min, "Parameters that are not zero."),
    "Zeros": _figure(
        lambda m: m.sparsity,
        numbers.percent,
        None,
        "Sparsity: the measured fraction of zeros among all parameters.",
    ),
    "MACs": _figure(
        lambda m: m.macs,
        numbers.count,
        min,
        "Multiply-adds for one example, as the exported file does them; element-wise work is left out.",
    ),
    "File": _figure(
        lambda m: m.size_bytes, numbers.size, min, "The dense safetensors file: every zero is stored in full."
    ),
    "Gzipped": _figure(lambda m: m.gzip_bytes, numbers.size, min, "The same file after gzip."),
    "Without zeros": _figure(
        lambda m: m.sparse_bytes,
        numbers.size,
        min,
        "A safetensors file that holds the non-zero values and one bit per weight, if that is smaller.",
    ),
    "Peak memory of its stage": _figure(
        lambda m: m.stage_peak_memory_mb * 2**20,
        numbers.size,
        None,
        "Highest memory of the whole run, the other models included, while the stage that made this variant ran. "
        "On Linux, runs of versions before 28 November 2026 counted mapped files, such as libraries, too.",
    ),
}
MIDDLE_HALF = "The range that the middle half of the timed calls fell into."
ALMOST_ALL = "95 % of the timed calls took less than this."
SPEED: dict[str, Column] = {
    "Batch 1": _median("batch_1"),
    "Middle half, batch 1": _percentiles("batch_1", "p25", "p75", tip=MIDDLE_HALF),
    "95 % under, batch 1": _percentiles("batch_1", "p95", tip=ALMOST_ALL),
    "Batch 32": _median("batch_32"),
    "Middle half, batch 32": _percentiles("batch_32", "p25", "p75", tip=MIDDLE_HALF),
    "95 % under, batch 32": _percentiles("batch_32", "p95", tip=ALMOST_ALL),
}
TIMED = {"Batch 1": "batch_1", "Batch 32": "batch_32"}
"""The columns that hold times, which vary from call to call."""
