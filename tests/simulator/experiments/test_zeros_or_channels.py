"""Zeros or channels: what is concluded."""

from __future__ import annotations

import pytest

from simulator.experiments import make_experiment
from tests.simulator.experiments.concluding import cells, conclude


def kept_parts(accuracy, times, nonzero=1000):
    """What each student of zeros_or_channels measures; ``nonzero`` is that of the student with zeros."""

    def at(place):
        student = place["student"]
        return {
            "accuracy": accuracy[student],
            "nonzero": {"unpruned": 4000, "zeros": nonzero, "channels": 1000}[student],
            "zeros": 0.75 if student == "zeros" else 0.0,
            "latency_1": times[student],
            "latency_32": 10 * times[student],
            "size_bytes": 4e6 if student != "channels" else 1e6,
            "gzip_bytes": 3e6,
            "sparse_bytes": 1.1e6,
        }

    return at


ALIKE = {"unpruned": 0.9, "zeros": 0.8, "channels": 0.8}


FINER = {**ALIKE, "zeros": 0.88}


NO_FASTER = {"unpruned": 2.0, "zeros": 2.0, "channels": 2.0}


FASTER = {**NO_FASTER, "channels": 1.0}


@pytest.mark.parametrize(
    ("accuracy", "times", "answer"),
    [
        (FINER, FASTER, "trade"),
        (ALIKE, FASTER, "channels"),
        (FINER, NO_FASTER, "zeros"),
        (ALIKE, NO_FASTER, "neither"),
        ({**ALIKE, "channels": 0.88}, FASTER, "channels"),
    ],
)
def test_zeros_or_channels(accuracy, times, answer):
    conclusion, text = conclude("zeros_or_channels", kept_parts(accuracy, times))
    assert (conclusion.answer, conclusion.shown) == (answer, answer == "trade")
    assert not any(t.name.startswith("zeros") for t in conclusion.comparisons[3:])  # equal networks are not tested
    assert ("no sign that students without the channels are faster than unpruned ones" in text) is (times is NO_FASTER)
    assert ("within noise" in text) is (times is NO_FASTER) and ("\N{MINUS SIGN}50.0 %: faster" in text) is (
        times is FASTER
    )
    assert "zeros dense 4.00 MB, gzipped 3.00 MB, without zeros 1.10 MB" in text
    assert "channels dense 1.00 MB" in text


def test_times_of_a_busy_machine_are_not_compared():
    def at(place):
        return {**kept_parts(FINER, FASTER)(place), "others_cpu": 0.5}

    config = make_experiment("zeros_or_channels", seeds=3)
    conclusion = config.conclude(cells(config, at))
    text = " ".join(conclusion.sentences)
    assert (conclusion.answer, conclusion.shown) == ("", False)
    assert "The machine was busy" in text and "faster" not in text and "slower" not in text
    assert "zeros are significantly more accurate" in text


def timed_beside_other_work(is_busy):
    """What is concluded where some (share, seed) were timed on a busy machine, which made them 100 times slower."""
    config = make_experiment("zeros_or_channels", seeds=3)
    measured = []
    for cell in cells(config, kept_parts(FINER, FASTER)):
        busy = is_busy(cell.at["parts_removed"], cell.seed) and cell.at["student"] == "channels"
        slow = {name: 100 * cell.values[name] for name in ("latency_1", "latency_32")} if busy else {}
        measured.append(
            cell.model_copy(update={"values": {**cell.values, **slow, "others_cpu": 0.5 if busy else 0.05}})
        )
    conclusion = config.conclude(measured)
    return conclusion, " ".join(conclusion.sentences)


def test_what_was_timed_on_a_busy_machine_is_left_out_and_the_rest_answers():
    conclusion, text = timed_beside_other_work(lambda share, seed: (share, seed) == (0.5, 1))
    assert conclusion.answer == "trade"
    assert {t.name: t.n for t in conclusion.comparisons[3:]} == {
        f"{timed} at {share} %": 2 if share == 50 else 3
        for share in (30, 50, 70)
        for timed in ("one example", "a batch of 32")
    }
    assert [t.n for t in conclusion.comparisons[:3]] == [3, 3, 3]  # accuracy does not depend on the clock
    assert "1 of 9 timings (a share and a seed each) is left out: the machine was busy." in text
    assert "channels 1.00 ms" in text and "33" not in text  # the mean of 1, 1 and 100


def test_a_share_with_one_quiet_seed_left_has_no_test_of_times():
    conclusion, text = timed_beside_other_work(lambda share, seed: share == 0.5 and seed != 1)
    assert conclusion.answer == "trade"
    assert [t.name for t in conclusion.comparisons[3:]] == [
        f"{timed} at {share} %" for share in (30, 70) for timed in ("one example", "a batch of 32")
    ]
    assert "2 of 9 timings (a share and a seed each) are left out: the machine was busy." in text
    assert "Times at 50 % are not compared: fewer than 2 seeds are left." in text


def test_zeros_are_never_called_slower_or_faster():
    text = conclude("zeros_or_channels", kept_parts(ALIKE, {**FASTER, "zeros": 3.0}))[1]
    assert "zeros 3.00 ms;" in text and "slower" not in text


def test_numbers_that_are_not_equal_are_said():
    text = conclude("zeros_or_channels", kept_parts(ALIKE, FASTER, nonzero=1007))[1]
    assert "1,000 parameters stay; 75.1 % zeros leave 1,007 non-zero ones, at most 7 more or fewer in a seed" in text
