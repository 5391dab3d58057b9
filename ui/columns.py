"""The columns of the compression table: what each shows of a variant, and which value of it is the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator import words
from simulator.events import Measurement
from simulator.statistics import spread, wilson_interval

BATCHES = {"batch_1": ("batch 1", "one example"), "batch_32": ("batch 32", "32 examples at once")}

Seeds = Sequence[Measurement]
"""What was measured of one variant: a measurement a seed."""

# title -> (what to show, what to compare or None, whether more is better, the tooltip of the heading)
Column = tuple[Callable[[Seeds], str], Callable[[Seeds], float] | None, bool, str]


def _figure(
    of: Callable[[Measurement], float],
    form: Callable[[float], str],
    more_is_better: bool,
    tip: str,
    marked: bool = True,
) -> Column:
    """A column of a figure's mean over the seeds, with the spread; ``marked``: the best is starred."""

    def show(ms: Seeds) -> str:
        return words.over_seeds([of(m) for m in ms], form)

    def compare(ms: Seeds) -> float:
        return spread([of(m) for m in ms]).mean

    return show, compare if marked else None, more_is_better, tip


def _interval(ms: Seeds) -> str:
    examples = ms[0].test_examples
    mean = spread([m.accuracy for m in ms]).mean
    return " to ".join(f"{100 * end:.1f}" for end in wilson_interval(round(mean * examples), examples)) + " %"


def _median(batch: str) -> Column:
    def show(ms: Seeds) -> str:
        timed = [m.latency_ms[batch].median for m in ms if batch in m.latency_ms]
        return words.over_seeds(timed, words.milliseconds) if timed else "not measured"

    def compare(ms: Seeds) -> float:
        timed = [m.latency_ms[batch].median for m in ms if batch in m.latency_ms]
        return spread(timed).mean if timed else float("inf")

    return show, compare, False, f"Latency: median time for {BATCHES[batch][1]}."


def _percentiles(batch: str, *names: str, tip: str) -> Column:
    """A column of one or two percentiles of the timed calls, each the mean over the seeds."""

    def show(ms: Seeds) -> str:
        timed = [m.latency_ms[batch] for m in ms if batch in m.latency_ms]
        ends = [words.three(spread([getattr(latency, name) for latency in timed]).mean) for name in names if timed]
        return " to ".join(ends) + " ms" if timed else "not measured"

    return show, None, False, tip


def _sparse_file(ms: Seeds) -> str:
    known = [m.sparse_bytes for m in ms if m.sparse_bytes is not None]
    return words.over_seeds(known, words.size) if known else "not measured"


def _sparse_bytes(ms: Seeds) -> float:
    known = [m.sparse_bytes for m in ms if m.sparse_bytes is not None]
    return spread(known).mean if known else float("inf")


QUALITY: dict[str, Column] = {
    "Accuracy": _figure(lambda m: m.accuracy, words.percent, True, "Share of right answers."),
    "95 % interval": (
        _interval,
        None,
        True,
        "Where the accuracy on endless data of this kind probably lies (Wilson score interval). Of several seeds: of "
        "their mean, every example counted once.",
    ),
    "Precision": _figure(
        lambda m: m.precision,
        words.percent,
        True,
        "Of the answers that name a class, the share that is right; mean over the classes.",
    ),
    "Recall": _figure(
        lambda m: m.recall,
        words.percent,
        True,
        "Of the examples of a class, the share that was found; mean over the classes.",
    ),
    "F1": _figure(lambda m: m.f1, words.percent, True, "Harmonic mean of precision and recall; mean over the classes."),
}
COST: dict[str, Column] = {
    "Parameters": _figure(lambda m: m.parameters, words.count, False, "Numbers the model stores, zeros included."),
    "Non-zero": _figure(lambda m: m.nonzero_parameters, words.count, False, "Parameters that are not zero."),
    "Zeros": _figure(
        lambda m: m.sparsity,
        words.percent,
        True,
        "Sparsity: the measured fraction of zeros among all parameters.",
        marked=False,
    ),
    "MACs": _figure(
        lambda m: m.macs, words.count, False, "Multiply-adds for one example; element-wise work is left out."
    ),
    "File": _figure(
        lambda m: m.size_bytes, words.size, False, "The dense safetensors file: every zero is stored in full."
    ),
    "Gzipped": _figure(lambda m: m.gzip_bytes, words.size, False, "The same file after gzip."),
    "Without zeros": (
        _sparse_file,
        _sparse_bytes,
        False,
        "A safetensors file that holds the non-zero values and a bit a weight, where that is smaller.",
    ),
    "Peak memory of its stage": _figure(
        lambda m: m.stage_peak_memory_mb * 2**20,
        words.size,
        False,
        "Highest memory of the whole run, the other models included, while the stage that made this variant ran.",
        marked=False,
    ),
}
MIDDLE_HALF = "The range that the middle half of the timed calls fell into."
ALMOST_ALL = "95 % of the timed calls took less than this."
SPEED: dict[str, Column] = {
    "Batch 1": _median("batch_1"),
    "Middle half": _percentiles("batch_1", "p25", "p75", tip=MIDDLE_HALF),
    "95 % under": _percentiles("batch_1", "p95", tip=ALMOST_ALL),
    "Batch 32": _median("batch_32"),
    "Middle half ": _percentiles(
        "batch_32", "p25", "p75", tip=MIDDLE_HALF
    ),  # column names must differ; the blank does not show
    "95 % under ": _percentiles("batch_32", "p95", tip=ALMOST_ALL),
}
TIMED = {"Batch 1": "batch_1", "Batch 32": "batch_32"}
"""The columns that hold times, which scatter from call to call."""
