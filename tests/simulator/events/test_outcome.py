"""What a generator returns, for loops that do more with its events than to pass them on."""

import pytest

from simulator.events.outcome import Outcome, result_of


def stage(fails=False):
    yield 1
    if fails:
        raise ValueError("in the middle")
    yield 2
    return "made"


def test_the_events_come_in_their_order_and_then_the_result():
    outcome = Outcome(stage())
    assert list(outcome) == [1, 2]
    assert outcome.result == "made"
    assert result_of(stage()) == "made"


def test_there_is_no_result_before_the_end():
    outcome = Outcome(stage())
    assert next(iter(outcome)) == 1
    with pytest.raises(AttributeError):
        outcome.result  # noqa: B018


def test_an_error_of_the_stage_comes_through():
    with pytest.raises(ValueError, match="in the middle"):
        result_of(stage(fails=True))


def test_stopping_early_ends_the_stage():
    ended = []

    def watched():
        try:
            yield 1
        finally:
            ended.append(True)

    events = iter(Outcome(watched()))
    next(events)
    events.close()
    assert ended == [True]
