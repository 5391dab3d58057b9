"""With a damaged database, pages say what is wrong and what to do, without a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulator.host.paths import data_dir
from simulator.runs.database.store import open_store
from tests.simulator.faulty_disks import damage

PAGES = ("home", "lab", "experiments", "runs", "results", "compare", "quiz", "guided_labs")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_a_damaged_database_says_so(
    open_screen: Callable[..., AppTest], stored: Callable[..., str], page: str
) -> None:
    stored("a", "finished")
    damage(open_store())
    app = open_screen(page, run="a")  # it checks that there is no exception
    assert app.error
    for error in app.error:
        assert "The database of the runs is damaged" in error.value
        assert "recover" in error.value


@pytest.mark.parametrize("page", PAGES)
def test_a_page_whose_data_folder_was_moved_says_so(
    open_screen: Callable[..., AppTest], stored: Callable[..., str], page: str, tmp_path: Path
) -> None:
    stored("a", "finished")
    data_dir().rename(tmp_path / "moved")
    app = open_screen(page, run="a")
    assert app.error
    for error in app.error:
        assert "no longer where it was" in error.value
        assert "put the folder back" in error.value
