"""Conclusions on cells made by hand. Invented numbers: they stay in the tests."""

from __future__ import annotations

import re

from simulator.events import CellFinished
from simulator.experiments import make_experiment

JITTER = (0.0, 0.012, -0.008)


def cells(config, values_at):
    """A cell for each place; ``values_at(coordinates)`` gives its values, each seed a little off."""
    return [
        CellFinished(
            at=at, seed=seed, values={k: v + JITTER[seed] * (1 + 0.1 * (i * i % 7)) for k, v in values_at(at).items()}
        )
        for i, (at, seed) in enumerate(config.places())
    ]


def conclude(name, values_at, **experiment):
    config = make_experiment(name, seeds=3, **experiment)
    conclusion = config.conclude(cells(config, values_at))
    assert conclusion.answer in config.entry.predictions
    text = " ".join(conclusion.sentences)
    assert not re.search(r"points points|[ (]-\d|\d%", text)  # numbers are written as on every screen
    return conclusion, text


def threes(taught, alone):
    def at(place):
        value = taught if place["student"] == "distilled" else alone
        return {"threes_after": value, "threes_before": value / 2}

    return at
