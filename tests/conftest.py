"""What every test gets: a data directory of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator.engine  # noqa: F401  first: it tells torch's threads not to spin, which must be said before torch loads
from simulator.runs.database import store as store_module
from simulator.runs.database.store import Store, open_store


@pytest.fixture(autouse=True)
def data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs, exports and caches go to a temporary folder; the process's store is closed afterwards."""
    folder = tmp_path / "data"
    monkeypatch.setenv("KDPS_DATA_DIR", str(folder))
    monkeypatch.delenv("KDPS_DATABASE_URL", raising=False)
    store_module._open.cache_clear()
    yield folder
    if store_module._open.cache_info().currsize:
        open_store().close()
    store_module._open.cache_clear()


@pytest.fixture
def store(data_directory: Path) -> Store:
    """The store that the code under test opens too."""
    return open_store()
