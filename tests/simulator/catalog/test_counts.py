"""The shipped counts against the published ones; ``engine/measure/test_counting.py`` counts them again."""

from __future__ import annotations

import pytest

from simulator.catalog import counts
from simulator.catalog.models import MODELS


def test_every_model_is_counted() -> None:
    assert set(counts.read()) == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_the_shipped_counts_agree_with_what_was_published(name: str) -> None:
    counted, published = counts.read()[name], MODELS[name].published
    assert counted.parameters == published.parameters
    assert published.macs is None or counted.macs == pytest.approx(published.macs, rel=0.002)
    assert counted.at.split(",")[0].startswith({"text": "128 tokens", "image": "224 x 224"}[MODELS[name].kind])
