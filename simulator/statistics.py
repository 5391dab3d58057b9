"""Intervals, and the relative figures that are derived from measurements: all of them here, and only here."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from simulator.events import Measurement


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion: sound for small ``n`` and near 0 and 1.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (158).

    Args:
        successes: How many of the ``n`` trials succeeded.
        n: At least 1.
        confidence: Between 0 and 1.

    Raises:
        ValueError: if the counts or the confidence make no sense.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} trials: choose 0 to n successes, and n at least 1")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: choose a value between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = successes / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At 0 and n the ends are exactly 0 and 1; rounding must not put them outside.
    return (0.0 if successes == 0 else centre - half), (1.0 if successes == n else centre + half)


@dataclass(frozen=True)
class Relative:
    """A variant against a reference, usually the teacher. Negative reductions are growth: shown as they are.

    Attributes:
        accuracy_change_points: Percentage points; negative where the variant is worse.
        latency_improvement: By batch, as in :class:`~simulator.events.Measurement`; of the medians.
    """

    accuracy_change_points: float
    size_reduction: float
    macs_reduction: float
    latency_improvement: dict[str, float]


def relative(variant: Measurement, reference: Measurement) -> Relative:
    """How a variant compares with a reference; everything but the accuracy in per cent of the reference."""
    return Relative(
        accuracy_change_points=100 * (variant.accuracy - reference.accuracy),
        size_reduction=_reduction(variant.size_bytes, reference.size_bytes),
        macs_reduction=_reduction(variant.macs, reference.macs),
        latency_improvement={
            batch: _reduction(latency.median, reference.latency_ms[batch].median)
            for batch, latency in variant.latency_ms.items()
            if batch in reference.latency_ms
        },
    )


def _reduction(value: float, reference: float) -> float:
    return 100 * (1 - value / reference)


def intervals_overlap(a: Measurement, b: Measurement) -> bool:
    """Whether the 95 % intervals of two accuracies share values: then their difference may well be chance.

    A cautious rule: the variants answer the same examples, so a paired test could tell more apart.
    """
    return a.accuracy_interval[0] <= b.accuracy_interval[1] and b.accuracy_interval[0] <= a.accuracy_interval[1]
