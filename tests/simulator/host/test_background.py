"""Work in a thread of its own."""

from __future__ import annotations

import threading

import pytest

from simulator.host.background import in_background


def test_the_result_comes_from_another_thread_that_keeps_no_process_alive() -> None:
    thread = in_background(threading.current_thread).result(timeout=60)
    assert thread is not threading.current_thread()
    assert thread.daemon


def test_nobody_waits_for_it() -> None:
    may_end = threading.Event()
    future = in_background(lambda: may_end.wait(60))
    assert not future.done()
    may_end.set()
    assert future.result(timeout=60) is True


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 / 0).result(timeout=60)
