"""Students of the measurement of the ways to distil, with invented accuracies. They never leave the tests."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import converged
from benchmarks.converged_cells import CONTROL, GRIDS, REGIMES, Cell, Measured

CONDITIONS = {
    "day": "2026-11-28", "threads": 1, "cores": 2, "torch": "2.14", "teacher": "t", "teacher_test": 0.99,
    "teacher_train": 1.0, "test_examples": 450, "validation_examples": 270,
}  # fmt: skip
WOBBLE = (0.0, 0.004, -0.004, 0.002, -0.002)


def invented(place, gain):
    """A student: the control has 0.9 and each seed its own luck; the last setting of a grid validates best."""
    regime, method, settings, seed, epochs = place
    tried = GRIDS[method].index(settings) if method != CONTROL else 0
    own = gain(method, epochs) + (0.001 * (seed % 2) if method != CONTROL else 0.0)
    test = 0.9 + WOBBLE[seed % 5] + own
    return Cell(regime, method, settings, seed, epochs, test, 0.8 + 0.01 * tried, 1.0, 0.95)


def complete(gain, regimes=tuple(REGIMES)):
    measured = Measured(CONDITIONS, [])
    for place in converged.everything(measured):
        regime, method, settings, seed, epochs = place
        if not measured.of(regime, method, settings, epochs, [seed]):
            measured.cells.append(invented(place, gain))
    return replace(measured, cells=[c for c in measured.cells if c.regime in regimes])


def gain(method, epochs):
    """dkd teaches; rkd loses always, hint only while it had few steps."""
    lasting = {"dkd": 0.03, "rkd": -0.05}.get(method, 0.0)
    return lasting - (0.04 if method == "hint" and epochs in {r.epochs for r in REGIMES.values()} else 0.0)
