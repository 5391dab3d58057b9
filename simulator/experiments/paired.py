"""How the cells of an experiment are summed up and compared. No other module does this.

The unit is the seed: two things are compared on students that share a seed. This tells what another seed would
give on the same test examples; it tells nothing about other test examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev

from simulator.events import CellFinished, Comparison, Coordinates
from simulator.figures.numbers import between, p_value, percent, points, unsigned_points

ALPHA_LEVEL = 0.05
ROUNDING = 1e-12
"""Equal differences of fractions differ by no more than this, from rounding alone."""


def series(cells: Sequence[CellFinished], value: str, **at: bool | int | float | str) -> dict[int, float]:
    """Seed -> a value, of the cells with exactly these coordinates that measured it."""
    wanted: Coordinates = dict(at)
    return {cell.seed: cell.values[value] for cell in cells if cell.at == wanted and value in cell.values}


def compare(name: str, new: dict[int, float], reference: dict[int, float]) -> Comparison:
    """The differences over the seeds that both have, with Student's paired t-test.

    Source: Student 1908, "The probable error of a mean", Biometrika 6 (1).

    Args:
        new, reference: Seed -> value.

    Raises:
        ValueError: if they share no seed.
    """
    differences = [new[seed] - reference[seed] for seed in sorted(new.keys() & reference.keys())]
    if not differences:
        raise ValueError(f"{name}: no seed was measured in both")
    n, middle = len(differences), mean(differences)
    if n == 1:
        return Comparison(name=name, mean=middle, deviation=None, interval=None, p=None, n=1)
    from scipy.stats import t  # inside: the web process shows conclusions and makes none

    deviation = stdev(differences)
    if deviation < ROUNDING:
        deviation, middle = 0.0, (0.0 if abs(middle) < ROUNDING else middle)
    error = deviation / sqrt(n)
    half = float(t.ppf(0.975, n - 1)) * error
    if deviation > 0:
        p: float | None = 2 * float(t.sf(abs(middle) / error, n - 1))
    else:  # nothing to test the mean against, unless nothing differs at all
        p = 1.0 if middle == 0 else None
    return Comparison(name=name, mean=middle, deviation=deviation, interval=(middle - half, middle + half), p=p, n=n)


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons with p-values corrected for their number (Holm 1979), in the order given.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6 (2).
    """
    tested = sorted((c.p, i) for i, c in enumerate(comparisons) if c.p is not None)
    corrected: dict[int, float] = {}
    highest = 0.0
    for rank, (p, i) in enumerate(tested):
        highest = max(highest, min(1.0, p * (len(tested) - rank)))
        corrected[i] = highest
    return [c.model_copy(update={"p": corrected.get(i)}) for i, c in enumerate(comparisons)]


def significant(comparison: Comparison) -> bool:
    """Whether chance among the seeds would rarely make such a difference (p < 0.05)."""
    return comparison.p is not None and comparison.p < ALPHA_LEVEL


# -- in words


def share(values: dict[int, float]) -> str:
    """Mean, spread and number of seeds of a fraction: "91.2 % (standard deviation 1.3, n = 5)"."""
    middle = percent(mean(values.values()))
    return (
        f"{middle} (standard deviation {unsigned_points(100 * stdev(values.values()))}, n = {len(values)})"
        if len(values) > 1
        else f"{middle} (n = 1)"
    )


def averaged(several: Sequence[dict[int, float]]) -> dict[int, float]:
    """Seed -> the mean over several series, of the seeds that all of them have."""
    shared = set.intersection(*(set(values) for values in several))
    return {seed: mean(values[seed] for values in several) for seed in sorted(shared)}


def change(comparison: Comparison) -> str:
    """A difference of fractions, in percentage points: "+3.4 points"."""
    return f"{points(100 * comparison.mean)} points"


def certainty(comparison: Comparison, unit: str = "points") -> str:
    """How certain a difference of fractions is: "95 % interval +1.2 to +5.6 points, p = 0.012, n = 5".

    Args:
        unit: "points" if fractions were subtracted; "%" if the difference is itself a share of the reference.
    """
    if comparison.interval is None:
        return "one seed: this cannot tell an effect from chance"
    low, high = (100 * end for end in comparison.interval)
    if comparison.p is None:
        return f"the same in all {comparison.n} seeds, so no test can be made"
    return f"95 % interval {between(low, high)} {unit}, {p_value(comparison.p)}, n = {comparison.n}"
