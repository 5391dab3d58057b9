"""Pages with a damaged database behind them say what is the matter, and what to do, without a traceback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from simulator.runs.database.store import open_store
from tests.simulator.faulty_disks import damage


@pytest.mark.parametrize("page", ["home", "lab", "studies", "runs", "results", "compare", "quiz", "guided_labs"])
def test_a_page_with_a_damaged_database_says_so(
    open_screen: Callable[..., AppTest], stored: Callable[..., str], page: str
) -> None:
    stored("a", "finished")
    damage(open_store())
    app = open_screen(page, run="a")  # which checks that there is no exception
    assert app.error
    for error in app.error:
        assert "The database of the runs is damaged" in error.value
        assert "recover" in error.value
