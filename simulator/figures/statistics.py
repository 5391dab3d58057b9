"""Intervals, paired tests, and the figures that are derived from measurements: all of them here, and only here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.events import Latency, Measurement, Variant

RESAMPLES = 10_000
BOOTSTRAP_SEED = 0
"""Any fixed number: equal answers must give equal intervals each time a screen is drawn."""

SIGNIFICANT = 0.05

Speed = Literal["faster", "slower", "no clear difference", "equal networks", "busy"]
BUSY_SHARE = 0.2
"""Where other processes used more of the cores than this, times are not compared."""

WIDE = 0.3
"""Nor where the middle half of the calls spans more than this share of the median: 0.01 to 0.14 on idle cores, 0.2 to 8
with nine busy processes on two."""


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


def median_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """An interval of the median from the ordered values: whatever their distribution is, it covers at least so often.

    Source: Conover 1999, "Practical Nonparametric Statistics", 3rd edition, section 3.2.

    Args:
        values: Independent, of one distribution; six at least for 95 %.
        confidence: Between 0 and 1.

    Raises:
        ValueError: if there are too few values.
    """
    ordered, n = sorted(values), len(values)
    outside, chance = 0, 1 / 2**n  # that the median is below the smallest value
    while chance <= (1 - confidence) / 2:
        outside += 1
        chance += comb(n, outside) / 2**n
    if not outside:
        raise ValueError(f"{n} values: choose more for an interval with confidence {confidence}")
    return ordered[outside - 1], ordered[n - outside]


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


# -- several seeds


@dataclass(frozen=True)
class Spread:
    """A figure over the seeds of a run.

    Attributes:
        deviation: The sample standard deviation (n - 1 in the denominator); None with one seed.
    """

    mean: float
    deviation: float | None
    seeds: int


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard deviation of one figure, from a value for each seed; at least one."""
    return Spread(fmean(values), stdev(values) if len(values) > 1 else None, len(values))


def by_variant(measurements: Iterable[Measurement]) -> dict[Variant, list[Measurement]]:
    """What was measured of each variant, a measurement a seed, in the order of the stages."""
    groups: dict[Variant, list[Measurement]] = {}
    for m in measurements:
        groups.setdefault(m.name, []).append(m)
    return groups


# -- paired comparison


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided p of McNemar's exact test: of the examples on which two models differ, is each as often right?

    Under the null hypothesis ``gained`` is binomial with ``gained + lost`` trials and probability 1/2. Where
    they never differ, p is 1.

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated proportions or
    percentages", Psychometrika 12 (2); exact as a binomial test on the discordant pairs.

    Args:
        gained: Examples that only the first model answers rightly.
        lost: Examples that only the second does.
    """
    n = gained + lost
    tail = sum(comb(n, k) for k in range(min(gained, lost) + 1))
    return min(1.0, float(2 * tail / 2**n))


def bootstrap_interval(differences: NDArray[np.float64], confidence: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean of paired differences, from 10,000 resamples with a fixed seed.

    Drawing examples with replacement is drawing how often each distinct difference occurs: a multinomial
    draw, which gives the same distribution in milliseconds.

    Source: Efron 1979, "Bootstrap methods: another look at the jackknife", The Annals of Statistics 7 (1).

    Args:
        differences: One a test example, [examples]: right (1) or wrong (0) of one model less that of the
            other, averaged over the seeds. An example is drawn with all its seeds (a cluster bootstrap), for
            the seeds' answers to one example are not independent.
        confidence: Between 0 and 1.
    """
    values, counts = np.unique(differences, return_counts=True)
    n = len(differences)
    draws = np.random.default_rng(BOOTSTRAP_SEED).multinomial(n, counts / n, size=RESAMPLES)
    low, high = np.quantile(draws @ values / n, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class Discordant:
    """The test examples on which two models of one seed differ, and McNemar's exact p.

    Attributes:
        gained: Only the first model was right.
        lost: Only the second was.
    """

    gained: int
    lost: int
    p: float


@dataclass(frozen=True)
class Verdict:
    """Whether one variant answers better than another on the same test examples.

    Attributes:
        points: Difference of the accuracies in percentage points, the mean over the seeds.
        interval: 95 % bootstrap interval of ``points``.
        n: Test examples.
        by_seed: The discordant examples of each seed.
    """

    outcome: Literal["better", "worse", "within noise"]
    points: float
    interval: tuple[float, float]
    n: int
    by_seed: tuple[Discordant, ...]


def verdict(ours: Sequence[Measurement], theirs: Sequence[Measurement], labels: Sequence[int]) -> Verdict | None:
    """Compare two variants by their answers to the same examples; None where answers or labels were not stored.

    The rule: "better" or "worse" needs a bootstrap interval without 0; with one seed also McNemar's p below
    0.05. With several seeds p is given for each seed and decides nothing: pooled pairs would count every
    example once a seed. The interval speaks of other test examples, not of other seeds: for those there is
    the standard deviation.

    Args:
        ours, theirs: A measurement a seed; equal seeds are paired. A teacher is compared with every seed.
        labels: The class of every test example.
    """
    pairs = [(a, b) for a in ours for b in theirs if a.repeat == b.repeat or b.name == "teacher"]
    if not labels or not pairs or not all(a.answers and b.answers for a, b in pairs):
        return None
    truth = np.asarray(labels)
    gained, lost = (  # [seeds, examples]
        np.array([(np.asarray(x.answers) == truth) & (np.asarray(y.answers) != truth) for x, y in ordered])
        for ordered in (pairs, [(b, a) for a, b in pairs])
    )
    differences = (gained.astype(float) - lost).mean(0)
    low, high = (100 * end for end in bootstrap_interval(differences))
    counts = [(int(g), int(x)) for g, x in zip(gained.sum(1), lost.sum(1), strict=True)]
    by_seed = tuple(Discordant(g, x, mcnemar(g, x)) for g, x in counts)
    clear = (low > 0 or high < 0) and (len(by_seed) > 1 or by_seed[0].p < SIGNIFICANT)
    points = 100 * float(differences.mean())
    outcome: Literal["better", "worse"] = "better" if points > 0 else "worse"
    return Verdict(outcome if clear else "within noise", points, (low, high), len(labels), by_seed)


def intervals_overlap(a: Measurement, b: Measurement) -> bool:
    """Whether the 95 % intervals of two accuracies share values: then their difference may well be chance.

    A cautious rule for runs without stored answers; :func:`verdict` compares the same examples and tells more apart.
    """
    return a.accuracy_interval[0] <= b.accuracy_interval[1] and b.accuracy_interval[0] <= a.accuracy_interval[1]


def network_of(m: Measurement) -> tuple[object, ...]:
    """Equal for models with the same layers of the same shapes: whatever their weights are, they do the same work."""
    return m.macs, m.macs_at, tuple((layer.name, layer.shape) for layer in m.layers)


def was_busy(latency: Latency) -> bool:
    """Whether other processes, or calls far apart, make timed calls useless for a comparison."""
    wide = latency.p75 - latency.p25 > WIDE * latency.median
    return wide or (latency.others_cpu or 0.0) > BUSY_SHARE


def speed(before: Sequence[Measurement], after: Sequence[Measurement], batch: str) -> Speed:
    """Which of two models is faster, if the timed calls can tell.

    Args:
        before, after: A measurement a seed; every one of these was timed with this batch.

    Returns:
        "equal networks" where both do the same work, so that a difference is chance; "busy" where the machine was;
        "faster" or "slower" where the middle halves of all seeds' timed calls stand apart, to the same side.
    """
    if len({network_of(m) for m in (*before, *after)}) == 1:
        return "equal networks"
    was, now = ([m.latency_ms[batch] for m in ms] for ms in (before, after))
    if any(was_busy(latency) for latency in (*was, *now)):
        return "busy"
    if max(t.p75 for t in now) < min(t.p25 for t in was):
        return "faster"
    if max(t.p75 for t in was) < min(t.p25 for t in now):
        return "slower"
    return "no clear difference"


def majority_share(measurement: Measurement) -> float:
    """The accuracy of always answering with the test examples' most frequent class."""
    return max(sum(row) for row in measurement.confusion) / measurement.test_examples
