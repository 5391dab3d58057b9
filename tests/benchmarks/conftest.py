"""Real measurements of tiny size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.engine import datasets
from simulator.engine.datasets import Dataset


@pytest.fixture
def few_digits(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Forty real digits, to everything in this process that loads the data set."""
    whole = datasets.load("digits")
    train, validation, test = whole.train.first(24), whole.validation.first(6), whole.test.first(10)
    few = replace(whole, train=train, validation=validation, test=test, fingerprint="forty digits")
    monkeypatch.setitem(datasets.LOADERS, "digits", lambda: few)
    return few
