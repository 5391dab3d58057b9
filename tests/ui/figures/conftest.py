"""What the figures of several runs are drawn from."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.runs.database.store import Run, Store


@pytest.fixture
def two_runs(store: Store) -> list[Run]:
    store.add("one", make_config({}), None)
    store.add("two", make_config({"temperature": 8.0}), None)
    return store.list_runs()
