from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.figures import numbers
from simulator.figures.statistics import Discordant, Verdict


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1.00"),
        (9.996, "10.0"),
        (99.96, "100"),
        (0.01234, "0.0123"),
        (-3.14159, "-3.14"),
        (1234.5, "1,230"),
    ],
)
def test_three_significant_digits(value, text):
    assert numbers.three(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(11_689_512, "11.7 M"), (1.814e9, "1.81 G"), (512, "512"), (1500, "1.50 k")]
)
def test_count(value, text):
    assert numbers.count(value) == text


@pytest.mark.parametrize(("value", "text"), [(12, "12 B"), (46_800_000, "46.8 MB"), (1500, "1.50 kB")])
def test_size(value, text):
    assert numbers.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2.5, "+2.50 %"), (-2.5, "\N{MINUS SIGN}2.50 %"), (0, "\N{PLUS-MINUS SIGN}0 %")]
)
def test_signed(value, text):
    assert numbers.signed(value, "%") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-100.0, "-100 %"),
        (-99.9714, "-99.97 %"),
        (-99.9904, "-99.990 %"),
        (-99.8, "-99.8 %"),
        (12.34, "+12.3 %"),
    ],
)
def test_only_what_is_gone_has_changed_by_minus_100_percent(value, text):
    assert numbers.change(value) == text.replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.444, "+0.4"),
        (-2.44, "\N{MINUS SIGN}2.4"),
        (0.04, "\N{PLUS-MINUS SIGN}0.0"),
        (-0.04, "\N{PLUS-MINUS SIGN}0.0"),
    ],
)
def test_points(value, text):
    assert numbers.points(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.250 s"), (3, "3 s"), (45, "45 s"), (170, "3 min"), (5990, "1 h 40 min"), (7300, "2 h 2 min")],
)
def test_duration(seconds, text):
    assert numbers.duration(seconds) == text


def test_dates():
    assert numbers.day("2026-05-03T10:00:00+00:00") == "3 May 2026"
    assert numbers.ago(datetime.now(UTC) - timedelta(seconds=30)) == "30 s ago"
    assert numbers.ago(datetime.now(UTC) - timedelta(minutes=20)) == "20 min ago"
    assert numbers.ago(datetime.now(UTC) - timedelta(hours=5)) == "5 h ago"
    assert numbers.ago(datetime(2026, 1, 2, tzinfo=UTC)).endswith("Jan 2026")


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0496, "p = 0.0496"), (0.0503, "p = 0.0503"), (0.05, "p = 0.050"), (0.048, "p = 0.048"), (0.0009, "p < 0.001")],
)
def test_a_p_value_is_never_rounded_to_the_one_that_decides(p, text):
    assert numbers.p_value(p) == text


def test_verdicts_in_words():
    one = Verdict("within noise", 0.4, (-0.9, 1.8), 450, (Discordant(12, 10, 0.23),))
    assert numbers.verdict(one) == "within noise (n = 450, p = 0.23)"
    three = Verdict("better", 2.0, (0.5, 3.4), 450, tuple(Discordant(9, 1, p) for p in (0.0214, 0.0049, 0.00001)))
    assert numbers.verdict(three) == "better (n = 450, 3 seeds, p of each: 0.021, 0.005, < 0.001)"


def test_figures_over_seeds():
    assert numbers.over_seeds([0.8, 0.9], numbers.percent) == "85.0 % \N{PLUS-MINUS SIGN} 7.1 %"
    assert numbers.over_seeds([0.8], numbers.percent) == numbers.over_seeds([0.8, 0.8], numbers.percent) == "80.0 %"


def test_whole_percent_of_what_somebody_chose():
    assert [numbers.whole_percent(f) for f in (0.5, 0.8, 0.125, 0)] == ["50 %", "80 %", "12.5 %", "0 %"]


def test_a_change_without_a_unit_has_no_blank_behind_it():
    assert numbers.signed(-0.8214) == "\N{MINUS SIGN}0.821"
