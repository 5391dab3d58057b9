"""What a finished run measured, ready for questions, and how a question is made of it."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.events import StageFinished
from simulator.figures.statistics import was_busy
from simulator.teaching.quiz import run_facts
from tests.ui.invented import measurement, whole_run


def test_facts_are_those_of_the_events_and_seconds_those_of_all_seeds() -> None:
    events = list(whole_run())
    found = run_facts.facts(make_config({}), events * 2)
    assert list(found.by_name) == ["teacher", "control", "distilled", "pruned", "recovered"]
    assert found.last.name == "recovered" and found.class_names == ("cat", "dog")
    (once,) = {e.seconds for e in events if isinstance(e, StageFinished) and e.stage == "distil"}
    assert found.seconds["distil"] == 2 * once


def test_figures_of_several_seeds_are_means() -> None:
    found = run_facts.figures(
        [measurement("pruned", 0.8, latency=2.0), measurement("pruned", 0.9, latency=4.0, repeat=1)]
    )
    assert (found.accuracy, found.milliseconds) == (pytest.approx(0.85), pytest.approx(3.0))
    assert found.first.repeat == 0


def test_times_of_a_busy_machine_and_missing_ones_are_unknown() -> None:
    quiet = measurement("pruned")
    busy = {name: timed.model_copy(update={"others_cpu": 0.9}) for name, timed in quiet.latency_ms.items()}
    assert was_busy(busy["batch_1"])
    for latencies in (busy, {}):
        assert run_facts.figures([measurement("pruned", latency_ms=latencies)]).milliseconds is None


def test_what_was_asked_of_shares_by_hand_is_what_they_come_to() -> None:
    by_hand = make_config({"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5"})
    assert run_facts.facts(by_hand, whole_run()).asked == 0.0  # nothing was pruned in it
    assert run_facts.facts(make_config({"target_sparsity": 0.7}), whole_run()).asked == 0.7


def test_options_are_different_and_too_few_are_no_question() -> None:
    question = run_facts.one_of("k", "How much?", 2.0, [2.0, 3.0, 4.0, 5.0, 6.0], run_facts.times, "Because.")
    assert question is not None
    assert question.options[0] == question.right_words() == run_facts.times(2.0)
    assert len(set(question.options)) == len(question.options) == run_facts.MOST_OPTIONS
    assert run_facts.among("k", "Which?", "a", ["a", "b", "b"], "Because.") is None


def test_the_most_is_nobodys_where_two_share_it() -> None:
    assert run_facts.most({"a": 1.0, "b": 2.0}) == "b"
    assert run_facts.most({"a": 2.0, "b": 2.0}) is None
