"""Parameters and multiply-adds at full size, against what was published."""

import pytest

from simulator.catalog import counts
from simulator.catalog.models import MODELS
from simulator.engine.measure.counting import count


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_counts_agree_with_what_was_published(name):
    counted, published = count(name), MODELS[name].published
    assert counted.parameters == published.parameters
    if published.macs:
        assert counted.macs == pytest.approx(published.macs, rel=0.002)
    assert counts.read()[name] == counted
