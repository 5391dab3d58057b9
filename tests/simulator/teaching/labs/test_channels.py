"""Lab 5: what are channels worth?"""

from __future__ import annotations

import pytest

from simulator.teaching.labs import evidence
from simulator.teaching.labs.channels import CHANNELS
from tests.simulator.teaching.labs.made import answering, put, timed


def test_on_a_busy_machine_channels_get_no_verdict():
    found = both_ways(range(180), range(100), spread=0.4)
    assert CHANNELS.questions(found)[1].right_words() == "The times cannot tell: the machine was busy"
    assert "the machine was busy" in CHANNELS.takeaway(found)[1]


def both_ways(zeros: range, channels: range, median: float = 4.0, recovered: float | None = None, spread: float = 0.1):
    whole = {"size_bytes": 4000, "gzip_bytes": 3600, "latency_ms": timed(10.0)}
    cut = {"size_bytes": 1000, "gzip_bytes": 900, "latency_ms": timed(median, spread), "macs": 1500, "parameters": 250}
    runs = []
    for run_id, config, right, pruned in zip(
        ("a", "b"), CHANNELS.configs({}), (zeros, channels), (whole, cut), strict=True
    ):
        events = [
            answering("teacher", range(199)),
            answering("distilled", range(190), **whole),
            answering("pruned", right, **pruned),
            answering("recovered", range(188), **{**pruned, "latency_ms": timed(recovered or median)}),
        ]
        runs.append(put(run_id, config, events))
    return evidence(runs)


def test_channels_that_cost_more_and_save_more():
    found = both_ways(range(180), range(100))
    assert CHANNELS.answer(found).value == "channels"
    assert "90.0 %" in CHANNELS.answer(found).sentence and "50.0 %" in CHANNELS.answer(found).sentence
    deeper, time = CHANNELS.questions(found)
    assert deeper.options == ("About 6 %", "About 25 %", "About 12 %", "About 50 %")  # a quarter of a quarter is left
    assert "25.0 % of the dense file" not in deeper.right_words() and "(measured: 25.0 %)" in deeper.explanation
    assert time.right_words() == "Clearly faster than before pruning"
    cost, gain, after = CHANNELS.takeaway(found)
    assert "Channels cost more" in cost and "\N{MINUS SIGN}40.0 points" in cost
    assert "75.0 %" in gain and "it really is faster" in gain and "70.0 % fewer multiply-adds" in gain
    assert "94.0 % (zeros) and 94.0 % (channels)" in after


@pytest.mark.parametrize(
    ("zeros", "channels", "answer", "words"),
    [(range(100), range(180), "zeros", "was reversed"), (range(180), range(1, 181), "neither", "within noise")],
)
def test_channels_that_do_not_cost_more_are_called_so(zeros, channels, answer, words):
    found = both_ways(zeros, channels, median=10.0)
    assert CHANNELS.answer(found).value == answer
    cost, gain, _ = CHANNELS.takeaway(found)
    assert words in cost and "no sign that it is faster" in gain


def test_only_one_of_two_equal_shapes_that_was_quick_is_no_clear_difference():
    found = both_ways(range(180), range(100), median=4.0, recovered=10.0)
    assert CHANNELS.questions(found)[1].right_words().startswith("No clear difference")
    assert "These timed calls gave no sign that it is faster" in CHANNELS.takeaway(found)[1]
