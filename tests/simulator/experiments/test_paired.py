from __future__ import annotations

import pytest
from scipy import stats

from simulator.events import Comparison
from simulator.experiments.paired import averaged, certainty, compare, holm, share, significant

A = {0: 0.91, 1: 0.88, 2: 0.93, 3: 0.90}
B = {0: 0.85, 1: 0.86, 2: 0.84, 3: 0.80}


def test_the_paired_test_is_scipys():
    ours, theirs = compare("x", A, B), stats.ttest_rel(list(A.values()), list(B.values()))
    assert ours.p == pytest.approx(theirs.pvalue)
    low, high = theirs.confidence_interval(0.95)
    assert ours.interval == pytest.approx((low, high))
    assert (ours.n, ours.mean) == (4, pytest.approx(theirs._estimate))


def test_only_seeds_that_both_have_are_compared():
    assert compare("x", {**A, 9: 0.0}, {1: 0.8, 2: 0.8}).n == 2
    with pytest.raises(ValueError, match="no seed"):
        compare("x", {0: 1.0}, {1: 1.0})


def test_one_seed_says_nothing_of_chance():
    one = compare("x", {0: 1.0}, {0: 0.0})
    assert (one.p, one.interval, one.deviation) == (None, None, None)
    assert not significant(one)
    assert "cannot tell an effect from chance" in certainty(one)


def test_differences_without_spread():
    same = compare("x", {0: 0.5, 1: 0.5}, {0: 0.5, 1: 0.5})
    shifted = compare("x", {0: 1.0, 1: 1.0}, {0: 0.5, 1: 0.5})
    assert same.p == 1.0 and not significant(same)
    assert shifted.p is None and not significant(shifted)


def test_holm_is_the_textbooks():
    def of(p: float | None) -> Comparison:
        return Comparison(name="", mean=0.1, deviation=0.1, interval=(0, 1), p=p, n=3)

    assert [c.p for c in holm([of(0.01), of(0.04), of(0.03), of(0.005)])] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [c.p for c in holm([of(0.9), of(None), of(0.8)])] == [1.0, None, 1.0]


def test_a_share_is_written_with_its_spread_and_its_n():
    assert share({0: 0.5, 1: 0.6}) == "55.0 % (standard deviation 7.1, n = 2)"
    assert share({0: 0.5}) == "50.0 % (n = 1)"


def test_an_average_is_of_the_seeds_that_all_have():
    assert averaged([{0: 0.2, 1: 0.4, 2: 0.9}, {1: 0.6, 0: 0.4}]) == {0: pytest.approx(0.3), 1: pytest.approx(0.5)}


def test_a_change_that_is_a_share_is_said_in_per_cent():
    comparison = compare("x", {0: -0.5, 1: -0.4, 2: -0.45}, {0: 0.0, 1: 0.0, 2: 0.0})
    assert "to \N{MINUS SIGN}32.6 %, p" in certainty(comparison, "%")
