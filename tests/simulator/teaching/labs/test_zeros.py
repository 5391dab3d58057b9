"""Lab 4: what are zeros worth?"""

from __future__ import annotations

import pytest

from simulator.teaching.labs.zeros import ZEROS
from tests.simulator.teaching.labs.made import answering, config_of, one_run, timed


def halved(**pruned):
    before = {"size_bytes": 4000, "gzip_bytes": 3600, "sparse_bytes": 4000, "latency_ms": timed(10.0)}
    after = {**before, "gzip_bytes": 1800, "sparse_bytes": 2200, "sparsity": 0.5, "nonzero_parameters": 500, **pruned}
    return one_run(
        config_of(ZEROS),
        answering("teacher", range(190)),
        answering("control", range(180)),
        answering("distilled", range(185), **before),
        answering("pruned", range(184), **after),
    )


def test_zeros_that_save_nothing_but_in_gzip():
    found = halved()
    assert ZEROS.answer(found).value == 0
    assert "The gzipped file is smaller by 50.0 %" in ZEROS.answer(found).sentence
    smaller, time = ZEROS.questions(found)
    assert smaller.right_words().startswith("Remove whole channels")
    assert "50.0 % zeros" in smaller.text and "1,000 before pruning, 1,000 after" in smaller.explanation
    assert time.right_words() == "From the machine: both students do the same multiplications"
    file, latency, packed = ZEROS.takeaway(found)
    assert "no smaller" in file and "no faster either" in latency
    assert "50.0 % smaller" in packed and "without zeros 45.0 %" in packed


@pytest.mark.parametrize("median", [5.0, 20.0])
def test_equal_networks_are_never_called_faster_or_slower(median):
    """However far apart the machine has set their times: half of the weights zero is the same work."""
    found = halved(latency_ms=timed(median), size_bytes=3000, gzip_bytes=3600)
    assert ZEROS.answer(found).value == pytest.approx(25)
    assert "same multiplications" in ZEROS.questions(found)[1].right_words()
    file, latency, packed = ZEROS.takeaway(found)
    assert "expected to leave its size alone" in file and "same work" in latency and "did not show" in packed
