from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, quantile_test

from simulator.figures.statistics import (
    Discordant,
    Spread,
    bootstrap_interval,
    intervals_overlap,
    mcnemar,
    median_interval,
    relative,
    spread,
    verdict,
    wilson_interval,
)
from tests.ui.invented import measurement


def test_wilson_interval_equals_published_values():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 and 15 of 148 by the score method.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize("confidence", [0.5, 0.95])
@pytest.mark.parametrize("n", [6, 7, 20, 101, 2_000])
def test_the_interval_of_a_median_is_scipys(n, confidence):
    values = np.random.default_rng(n).exponential(size=n)
    theirs = quantile_test(values, p=0.5).confidence_interval(confidence)
    assert median_interval(values, confidence) == (theirs.low, theirs.high)


def test_five_values_tell_no_interval_of_a_median():
    with pytest.raises(ValueError, match="5 values: choose more"):
        median_interval([1, 2, 3, 4, 5])


@pytest.mark.parametrize("n", [1, 7, 450, 10**6])
def test_wilson_interval_holds_the_proportion_and_stays_inside(n):
    for successes in {0, 1, n // 2, n}:
        low, high = wilson_interval(successes, n)
        assert 0 <= low <= successes / n <= high <= 1


def test_wilson_interval_is_symmetric_and_widens_with_confidence():
    low, high = wilson_interval(3, 40)
    assert wilson_interval(37, 40) == pytest.approx((1 - high, 1 - low))
    wide_low, wide_high = wilson_interval(3, 40, confidence=0.99)
    assert wide_low < low and high < wide_high


@pytest.mark.parametrize(("successes", "n", "confidence"), [(1, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)])
def test_wilson_interval_refuses_nonsense(successes, n, confidence):
    with pytest.raises(ValueError, match="choose"):
        wilson_interval(successes, n, confidence)


def test_relative_figures():
    teacher = measurement("teacher", accuracy=0.9, macs=400, size_bytes=4000)
    student = measurement("control", accuracy=0.87, macs=100, size_bytes=1000)
    change = relative(student, teacher)
    assert change.accuracy_change_points == pytest.approx(-3)
    assert (change.size_reduction, change.macs_reduction) == (75, 75)


def test_a_variant_that_got_slower_and_larger_has_negative_figures():
    teacher = measurement("teacher", size_bytes=1000, latency=10.0)
    worse = measurement("pruned", size_bytes=1500, latency=12.5)
    change = relative(worse, teacher)
    assert change.size_reduction == pytest.approx(-50)
    assert change.latency_improvement == pytest.approx({"batch_1": -25, "batch_32": -25})


def test_a_batch_that_only_one_of_them_was_timed_with_is_left_out():
    teacher, student = measurement("teacher"), measurement("control")
    student = student.model_copy(update={"latency_ms": {"batch_1": student.latency_ms["batch_1"]}})
    assert set(relative(student, teacher).latency_improvement) == {"batch_1"}
    assert math.isclose(relative(student, teacher).latency_improvement["batch_1"], 0)


def test_intervals_overlap():
    low, high = measurement("control", accuracy=0.5), measurement("distilled", accuracy=0.9)
    assert intervals_overlap(low, low)
    assert not intervals_overlap(low, high)
    assert not intervals_overlap(high, low)


def with_answers(name, answers, repeat=0):
    return measurement(name, answers=tuple(int(a) for a in answers), test_examples=len(answers), repeat=repeat)


@pytest.mark.parametrize(("gained", "lost"), [(1, 0), (6, 0), (3, 9), (9, 3), (17, 30), (25, 25), (200, 250)])
def test_mcnemar_is_the_exact_binomial_test(gained, lost):
    assert mcnemar(gained, lost) == pytest.approx(binomtest(gained, gained + lost).pvalue, rel=1e-9)


def test_models_that_never_differ_have_p_1():
    assert mcnemar(0, 0) == 1


def test_the_bootstrap_interval_is_that_of_resampled_examples():
    rng = np.random.default_rng(5)
    differences = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], 300, p=[0.02, 0.05, 0.8, 0.08, 0.05])
    drawn = rng.choice(differences, (20_000, 300)).mean(1)  # plainly: examples with replacement
    assert bootstrap_interval(differences) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.003)
    assert bootstrap_interval(differences) == bootstrap_interval(differences)
    low, high = bootstrap_interval(differences, 0.99)
    assert low < bootstrap_interval(differences)[0] and bootstrap_interval(differences)[1] < high


def test_the_bootstrap_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(300):
        differences = rng.choice([-1.0, 0.0, 1.0], 200, p=[0.05, 0.85, 0.1])  # the true mean is 0.05
        low, high = bootstrap_interval(differences)
        covered += low <= 0.05 <= high
    assert 0.90 <= covered / 300 <= 0.99


def test_verdict_counts_the_discordant_examples():
    labels = [1] * 100
    ours = with_answers("distilled", [1] * 90 + [0] * 10)
    theirs = with_answers("control", [1] * 70 + [0] * 25 + [1] * 5)
    judged = verdict([ours], [theirs], labels)
    assert judged.outcome == "better"
    assert judged.points == pytest.approx(15)
    assert judged.by_seed == (Discordant(20, 5, mcnemar(20, 5)),)
    assert (judged.n, judged.interval[0] > 0, judged.interval[0] < 15 < judged.interval[1]) == (100, True, True)
    back = verdict([theirs], [ours], labels)
    assert (back.outcome, back.points) == ("worse", pytest.approx(-15))
    assert back.by_seed == (Discordant(5, 20, mcnemar(5, 20)),)


def test_five_gained_and_none_lost_are_within_noise_and_six_are_not():
    """2 / 2^5 is 0.0625 and 2 / 2^6 is 0.031: with one seed McNemar's p decides too."""
    for gained, outcome in ((5, "within noise"), (6, "better")):
        ours, theirs = (
            with_answers("distilled", [1] * 200),
            with_answers("control", [0] * gained + [1] * (200 - gained)),
        )
        assert verdict([ours], [theirs], [1] * 200).outcome == outcome
    equal = verdict([ours], [ours], [1] * 200)
    assert (equal.outcome, equal.interval) == ("within noise", (0, 0))


def test_seeds_that_answer_alike_are_no_more_evidence_than_one():
    """The cluster bootstrap counts an example once, however many seeds answered it; pooled pairs would not."""
    labels = [1] * 100
    ours, theirs = [1] * 90 + [0] * 10, [1] * 80 + [0] * 18 + [1] * 2
    one = verdict([with_answers("distilled", ours)], [with_answers("control", theirs)], labels)
    five = verdict(
        [with_answers("distilled", ours, n) for n in range(5)],
        [with_answers("control", theirs, n) for n in range(5)],
        labels,
    )
    assert five.interval == pytest.approx(one.interval)
    assert five.by_seed == one.by_seed * 5
    assert mcnemar(5 * one.by_seed[0].gained, 5 * one.by_seed[0].lost) < one.by_seed[0].p


def test_seeds_are_paired_and_the_teacher_meets_each():
    labels = [1] * 50
    ours = [with_answers("distilled", [1] * 50, 0), with_answers("distilled", [0] * 50, 1)]
    theirs = [with_answers("control", [0] * 50, 1), with_answers("control", [1] * 50, 0)]
    assert [(s.gained, s.lost) for s in verdict(ours, theirs, labels).by_seed] == [(0, 0), (0, 0)]
    teacher = [with_answers("teacher", [1] * 50)]
    assert [(s.gained, s.lost) for s in verdict(ours, teacher, labels).by_seed] == [(0, 0), (0, 50)]


def test_there_is_no_verdict_without_answers_or_labels():
    ours = with_answers("distilled", [1] * 10)
    assert verdict([ours], [measurement("control")], [1] * 10) is None
    assert verdict([ours], [ours], ()) is None


def test_spread_is_the_sample_standard_deviation():
    assert spread([0.8, 0.85, 0.9]).mean == pytest.approx(0.85)
    assert spread([0.8, 0.85, 0.9]).deviation == pytest.approx(np.std([0.8, 0.85, 0.9], ddof=1))
    assert spread([0.8]) == Spread(0.8, None, 1)
