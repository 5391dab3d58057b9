"""Pieces of screen about a finished run: what their numbers are of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.invented import measurement
from ui.following import views


def test_bars_of_one_seed_are_an_interval_and_of_several_a_deviation() -> None:
    one = [measurement("teacher"), measurement("distilled")]
    assert views.bars_of(one) == "the 95 % interval"
    assert views.bars_of([*one, measurement("distilled", repeat=1)]) == "the standard deviation over 2 seeds"


def drawn(piece: Callable[[], None]) -> AppTest:
    app = AppTest.from_function(piece).run()
    assert not app.exception, app.exception
    return app


def test_the_last_variant_is_put_beside_the_teacher() -> None:
    def page() -> None:
        from tests.ui.invented import measurement
        from ui.following import views

        views.gains([measurement("teacher", size_bytes=4000), measurement("pruned", 0.8, size_bytes=1000)])

    app = drawn(page)
    assert "The pruned student against its teacher" in app.markdown[0].value
    assert len(app.metric) >= 4


@pytest.mark.parametrize("names", [("teacher",), ("distilled",)])
def test_without_a_teacher_or_a_student_nothing_is_compared(names: tuple[str, ...]) -> None:
    def page(names: tuple[str, ...]) -> None:
        from tests.ui.invented import measurement
        from ui.following import views

        views.gains([measurement(name) for name in names])

    app = AppTest.from_function(page, args=(names,)).run()
    assert not app.exception and not app.metric and not app.markdown


def test_a_variant_is_picked_with_all_its_seeds_and_starts_with_the_last() -> None:
    def page() -> None:
        import streamlit as st

        from tests.ui.invented import measurement
        from ui.following import views

        measured = [measurement("teacher"), *(measurement("distilled", 0.8 + 0.01 * n, repeat=n) for n in range(2))]
        st.text(len(views.pick_seeds(measured, "seeds")))
        st.text(views.pick_variant(measured, "variant").accuracy)

    app = drawn(page)
    assert [text.value for text in app.text] == ["2", "0.8"]
    assert [caption.value for caption in app.caption] == ["Of the first seed."]
