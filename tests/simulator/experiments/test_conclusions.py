"""Every conclusion on cells made by hand, with the effect and without it. Invented numbers: they stay in the tests."""

from __future__ import annotations

import re

import pytest

from simulator.events import CellFinished
from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.experiments.sensitivity import FITTED, UNIFORM, WHOLE

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
    said = config.conclude(cells(config, values_at))
    assert said.answer in config.entry.predictions
    text = " ".join(said.sentences)
    assert not re.search(r"points points|[ (]-\d|\d%", text)  # numbers are written as on every screen
    return said, text


def threes(taught, alone):
    def at(place):
        value = taught if place["student"] == "distilled" else alone
        return {"threes_after": value, "threes_before": value / 2}

    return at


@pytest.mark.parametrize(
    ("taught", "alone", "answer", "shown"),
    [(0.9, 0.1, "most", True), (0.4, 0.1, "some", True), (0.3, 0.3, "none", False)],
)
def test_missing_digit(taught, alone, answer, shown):
    said, text = conclude("missing_digit", threes(taught, alone))
    assert (said.answer, said.shown) == (answer, shown)
    assert ("did not show" in text) is not shown
    assert "98.6 % on MNIST" in text and "here it is less" in text
    assert len(said.comparisons) == 4


def test_a_teacher_that_does_harm_is_no_effect():
    assert not conclude("missing_digit", threes(0.1, 0.6))[0].shown


def test_few_labels_where_the_teacher_helps_most_with_fewest():
    def at(place):
        gain = 4 / place["labels"] if place["student"] == "distilled" else 0
        return {"accuracy": 0.8 + gain}

    said, text = conclude("few_labels", at)
    assert (said.answer, said.shown) == ("more", True)
    assert "and clearly more at 50 labels than at 500 (95 % interval +6.9 to +7.9" in text
    assert "With 50 labels" in text


def test_few_labels_where_the_teacher_helps_alike():
    said, text = conclude(
        "few_labels", lambda p: {"accuracy": 0.7 + (p["student"] == "distilled") * p["labels"] / 2000}
    )
    assert said.answer == "same" and "but not clearly more at 50 labels than at 500" in text


def test_few_labels_more_help_with_fewer_is_claimed_from_a_test_only():
    """A mean gain that is larger by less than the seeds differ is no trend."""
    wobble = {50: (0.11, 0.10, 0.099), 500: (0.10, 0.11, 0.098)}

    def cell(place, seed):
        gain = wobble.get(place["labels"], (0.1, 0.1, 0.1))[seed] if place["student"] == "distilled" else 0
        return CellFinished(at=place, seed=seed, values={"accuracy": 0.8 + gain + 0.01 * seed})

    config = make_experiment("few_labels", seeds=3)
    said = config.conclude([cell(at, seed) for at, seed in config.places()])
    assert said.shown and said.answer == "same"


def test_few_labels_where_nothing_shows_or_the_teacher_does_harm():
    said, text = conclude("few_labels", lambda p: {"accuracy": 0.8})
    assert (said.answer, said.shown) == ("little", False)
    assert "did not show" in text
    said, text = conclude("few_labels", lambda p: {"accuracy": 0.8 - 0.3 * (p["student"] == "distilled")})
    assert (said.answer, said.shown) == ("harm", False) and "did harm at 50 labels" in text


@pytest.mark.parametrize(
    ("best", "answer", "shown"), [(4.0, "between", True), (20.0, "hottest", True), (1.0, "harm", False)]
)
def test_how_hot(best, answer, shown):
    def at(place):
        value = 0.9 if place["temperature"] == best else 0.7
        return {"accuracy": value, "validation_accuracy": value, "entropy": place["temperature"] / 10}

    said, text = conclude("how_hot", at)
    assert (said.answer, said.shown) == (answer, shown)
    assert "from 0.1" in text and "nats at T = 1" in text
    assert ("did not" in text) is not shown


def test_how_hot_where_the_difference_may_be_chance():
    def at(place):
        return {"accuracy": 0.8, "validation_accuracy": 0.8 + 0.01 * (place["temperature"] == 4), "entropy": 1.0}

    said, text = conclude("how_hot", at)
    assert said.answer == "no" and "did not show" in text and "harm" not in text


def test_how_hot_never_compares_a_temperature_with_itself():
    """The lowest may be best on validation examples, and a hotter one ahead on the test."""

    def at(place):
        t = place["temperature"]
        return {
            "accuracy": 0.9 if t == 4 else 0.8,
            "validation_accuracy": 0.9 - 0.1 * (t not in (1, 4)) - 0.01 * (t == 4),
        }

    said, text = conclude("how_hot", lambda place: {**at(place), "entropy": 1.0})
    assert [c.name for c in said.comparisons] == ["T = 4 against T = 1", "T = 20 against T = 1"]
    assert (said.answer, said.shown) == ("between", True)
    assert "Of the temperatures above T = 1, T = 4 was best on validation examples" in text


def test_how_hot_of_two_temperatures_chooses_none():
    at = {"accuracy": 0.8, "validation_accuracy": 0.8, "entropy": 1.0}
    _, text = conclude("how_hot", lambda place: at, axes={"temperature": (1.0, 8.0)})
    assert "On the test T = 8 reaches" in text and "was best" not in text


@pytest.mark.parametrize(("gain_pruned", "answer"), [(0.3, "help"), (0.0, "hinder"), (0.1, "add")])
def test_four_way(gain_pruned, answer):
    def at(place):
        gain = gain_pruned if place["pruned"] else 0.1
        return {"accuracy": 0.6 - 0.2 * place["pruned"] + gain * place["teacher"], "zeros": 0.85}

    said, text = conclude("four_way", at)
    assert said.answer == answer
    assert said.shown is (answer == "help")
    words = {"help": "help each other", "hinder": "in each other's way", "add": "may simply add up"}
    assert words[answer] in text


@pytest.mark.parametrize(
    ("gain", "answer"),
    [((0.1, 0.1), "steps"), ((-0.1, -0.1), "at_once"), ((0.1, -0.1), "mixed"), ((0.0, 0.0), "same")],
)
def test_step_by_step(gain, answer):
    def at(place):
        more = {"one_shot": 0.0, "iterative": gain[0], "cubic": gain[1]}[place["schedule"]]
        return {"accuracy": 0.7 + more, "pruned": 0.2, "unpruned": 0.9, "steps": 102}

    said, text = conclude("step_by_step", at)
    assert (said.answer, said.shown) == (answer, answer == "steps")
    assert ("did not show" in text) is (answer in ("same", "at_once"))
    assert len(said.comparisons) == 4
    assert "At 90 % zeros: one_shot 70" in text and "took 102 optimiser steps" in text


def test_steps_that_are_not_equal_are_said():
    steps = {"one_shot": 100, "iterative": 120, "cubic": 100}

    def at(place):
        return {"accuracy": 0.7, "pruned": 0.2, "unpruned": 0.9, "steps": steps[place["schedule"]]}

    assert "unequal numbers of optimiser steps: 100 to 120" in conclude("step_by_step", at)[1]


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
    said, text = conclude("zeros_or_channels", kept_parts(accuracy, times))
    assert (said.answer, said.shown) == (answer, answer == "trade")
    assert not any(t.name.startswith("zeros") for t in said.comparisons[3:])  # equal networks are not tested
    assert ("students without the channels are faster than unpruned ones did not show" in text) is (times is NO_FASTER)
    assert ("within noise" in text) is (times is NO_FASTER) and ("\N{MINUS SIGN}50.0 %: faster" in text) is (
        times is FASTER
    )
    assert "zeros dense 4.00 MB, gzipped 3.00 MB, without zeros 1.10 MB" in text
    assert "channels dense 1.00 MB" in text


def test_times_of_a_busy_machine_are_not_compared():
    def at(place):
        return {**kept_parts(FINER, FASTER)(place), "others_cpu": 0.5}

    config = make_experiment("zeros_or_channels", seeds=3)
    said = config.conclude(cells(config, at))
    text = " ".join(said.sentences)
    assert (said.answer, said.shown) == ("", False)
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
    said = config.conclude(measured)
    return said, " ".join(said.sentences)


def test_what_was_timed_on_a_busy_machine_is_left_out_and_the_rest_answers():
    said, text = timed_beside_other_work(lambda share, seed: (share, seed) == (0.5, 1))
    assert said.answer == "trade"
    assert {t.name: t.n for t in said.comparisons[3:]} == {
        f"{what} at {share} %": 2 if share == 50 else 3
        for share in (30, 50, 70)
        for what in ("one example", "a batch of 32")
    }
    assert [t.n for t in said.comparisons[:3]] == [3, 3, 3]  # accuracy does not depend on the clock
    assert "1 of 9 timings (a share and a seed each) is left out: the machine was busy." in text
    assert "channels 1.00 ms" in text and "33" not in text  # the mean of 1, 1 and 100


def test_a_share_with_one_quiet_seed_left_has_no_test_of_times():
    said, text = timed_beside_other_work(lambda share, seed: share == 0.5 and seed != 1)
    assert said.answer == "trade"
    assert [t.name for t in said.comparisons[3:]] == [
        f"{what} at {share} %" for share in (30, 70) for what in ("one example", "a batch of 32")
    ]
    assert "2 of 9 timings (a share and a seed each) are left out: the machine was busy." in text
    assert "Times at 50 % are not compared: fewer than 2 seeds are left." in text


def test_zeros_are_never_called_slower_or_faster():
    text = conclude("zeros_or_channels", kept_parts(ALIKE, {**FASTER, "zeros": 3.0}))[1]
    assert "zeros 3.00 ms;" in text and "slower" not in text


def test_numbers_that_are_not_equal_are_said():
    text = conclude("zeros_or_channels", kept_parts(ALIKE, FASTER, nonzero=1007))[1]
    assert "1,000 parameters stay; 75.1 % zeros leave 1,007 non-zero ones, at most 7 more or fewer in a seed" in text


@pytest.mark.parametrize(
    ("ranked", "recovered", "answer"), [(0.6, 0.9, "after"), (0.6, 0.8, "before"), (0.3, 0.8, "no")]
)
def test_importance(ranked, recovered, answer):
    def at(place):
        by_lot = place["importance"] == "random"
        return {"pruned": 0.3 if by_lot else ranked, "accuracy": 0.8 if by_lot else recovered}

    said, text = conclude("importance", at)
    assert (said.answer, said.shown) == (answer, answer == "after")
    assert ("did not show" in text) is (answer != "after")
    assert len(said.comparisons) == 8  # three against the lot at two moments, two among the ranked
    assert "At 95 %, just pruned and after recovery: magnitude" in text


def test_an_importance_that_shows_after_recovery_only_is_not_said_to_last():
    def at(place):
        ranked = place["importance"] != "random"
        return {"pruned": 0.5 - 0.2 * ranked, "accuracy": 0.8 + 0.1 * ranked}

    said, text = conclude("importance", at)
    assert said.answer == "after" and "though just pruned no advantage showed" in text and "still" not in text


def test_an_importance_that_is_worse_than_the_lot_is_called_so():
    def at(place):
        value = 0.8 - 0.3 * (place["importance"] == "taylor")
        return {"pruned": value, "accuracy": value}

    said, text = conclude("importance", at)
    assert said.answer == "worse"
    assert "Significantly worse: taylor against random, just pruned; taylor against random, after recovery." in text


def wrongs(**costs):
    """What each cell of mistakes measures; ``costs`` are points lost, by the mistake's first word."""

    def at(place):
        mistake, wrong = place["mistake"], place["done"] == "wrong"
        cost = costs.get(mistake.split()[0].strip(",").replace("^2", ""), 0.0) if wrong else 0.0
        zeros = 0.0 if mistake == "masks not held" and wrong else 0.9
        return {"accuracy": 0.9 - cost, "pruned": 0.5 - cost, "zeros": zeros}

    return at


@pytest.mark.parametrize(
    ("costs", "answer"),
    [
        ({"too": 0.5, "T": 0.1}, "too hot, too short"),
        ({"T": 0.1}, "T^2 forgotten"),
        ({"classifier": 0.2}, "classifier pruned"),
        ({}, "none"),
        ({"masks": -0.1}, "none"),
    ],
)
def test_mistakes(costs, answer):
    said, text = conclude("mistakes", wrongs(**costs))
    assert (said.answer, said.shown) == (answer, answer != "none")
    assert ("None of the mistakes cost accuracy" in text) is (answer == "none")
    assert re.search(r"Zeros: 0\.\d % instead of 90\.\d %", text) and "100 % of the zeros are gone again" in text
    assert ("it gained 10.0 points" in text) is ("masks" in costs)
    assert ("a mistake all the same: masks not held (+10" in text) is ("masks" in costs)
    assert "one would not notice" in text and "teacher in training mode" in said.sentences[0]
    assert "Teacher in training mode: 90" in text and "no cost that shows" in text
    assert len(said.comparisons) == 6


def test_a_model_without_a_classifier_is_spared_that_mistake():
    places = make_experiment("mistakes", {"model": "t5_small"}).places()
    assert "classifier pruned" not in {at["mistake"] for at, _ in places}
    assert len(places) == 5 * 4 * 2


def test_a_sweep_that_matters_and_one_that_does_not():
    def matters(place):
        value = 0.9 if place["target_sparsity"] == 0.5 else 0.6
        return {"final": value, "validation_final": value, "control": 0.7}

    said, text = conclude("sweep", matters)
    assert (said.answer, said.shown) == ("yes", True)
    assert "target_sparsity 0.5 is best" in text
    said, text = conclude("sweep", lambda p: {"final": 0.8, "validation_final": 0.8, "control": 0.8})
    assert (said.answer, said.shown) == ("no", False)
    assert "no clear difference" in text


def scan(frail_drop, fitted, uniform, seeds=3):
    config = make_experiment("sensitivity", axes={"sparsity": (0.3, 0.5, 0.9)}, seeds=seeds)
    made = []
    for seed in range(seeds):
        off = JITTER[seed]
        made.append(CellFinished(at=WHOLE, seed=seed, values={"accuracy": 0.95 + off, "test_accuracy": 0.94}))
        for name, drop, count in (("early", frail_drop, 100), ("late", 0.001, 1000)):
            for s in (0.3, 0.5, 0.9):
                values = {"accuracy": 0.95 + off - drop * s, "parameters": count}
                made.append(CellFinished(at={"layer": name, "sparsity": s}, seed=seed, values=values))
        made.append(
            CellFinished(
                at=FITTED, seed=seed, values={"accuracy": fitted, "test_accuracy": fitted + off, "predicted": 0.94}
            )
        )
        made.append(
            CellFinished(at=UNIFORM, seed=seed, values={"accuracy": uniform, "test_accuracy": uniform + 0.8 * off})
        )
    return config.entry.conclude(config, made)


@pytest.mark.parametrize(
    ("frail", "fitted", "uniform", "answer"),
    [(0.6, 0.9, 0.7, "fit"), (0.6, 0.7, 0.7, "differ"), (0.002, 0.9, 0.9, "alike")],
)
def test_sensitivity(frail, fitted, uniform, answer):
    said = scan(frail, fitted, uniform)
    assert said.answer == answer
    assert said.shown is (answer == "fit")
    text = " ".join(said.sentences)
    assert ("early is the most sensitive" in text) is (answer != "alike")
    assert "94.0 % on validation examples; measured" in text


def test_sensitivity_of_one_seed_gives_no_verdict():
    text = " ".join(scan(0.6, 0.9, 0.1, seeds=1).sentences)
    assert "One seed cannot tell" in text and "did not show" not in text


def test_every_experiment_has_its_words_and_can_be_made_with_every_model():
    from simulator.catalog.models import MODELS

    for experiment in EXPERIMENTS.values():
        assert experiment.question.endswith("?") and experiment.hypothesis and experiment.look_for and experiment.paper
        assert len(experiment.predictions) >= 2 and experiment.quantities.titles
        for model in experiment.models or MODELS:
            config = make_experiment(experiment.name, {"model": model})
            assert experiment.trained_examples(config) > 0
            places = config.places()
            assert places is None or len(places) == len({(tuple(at.items()), seed) for at, seed in places})


def test_one_seed_calls_no_prediction_right():
    config = make_experiment("missing_digit", seeds=1)
    said = config.conclude(cells(config, threes(0.9, 0.1)))
    assert (said.answer, said.shown) == ("", False)
    assert "One seed cannot tell" in said.sentences[0]
