"""What every test gets: a data directory of its own. What many need is made once for all processes of a session."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

import simulator.engine  # noqa: F401  first: it tells torch's threads not to spin, which must be said before torch loads
from simulator.catalog.models import MODELS, MORE_MODELS
from simulator.config.run import make_config
from simulator.runs.database import store as store_module
from simulator.runs.database.store import Store, open_store
from tests.waiting import timed_briefly

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine proves nothing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests: the longest first, each with a short one behind it, which is what pytest-xdist hands out together.

    So two processes begin with the two longest, and the rest fills the gaps.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    by_length = sorted(slow, key=lambda item: -item.get_closest_marker("slow").kwargs.get("minutes", 0))  # type: ignore[union-attr]
    half = (len(slow) + 1) // 2
    in_turns = [item for pair in zip_longest(by_length[:half], by_length[: half - 1 : -1]) for item in pair if item]
    items[:] = in_turns + [item for item in items if item not in slow]


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


@contextmanager
def shared_by_all(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A data directory for all processes of this session; while one of them fills it, the others wait."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def with_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which ResNet-18's teacher from random weights is kept, of all digits. To be copied."""
    from simulator.engine import pipeline

    with shared_by_all(tmp_path_factory, "with-teacher") as folder:
        list(pipeline.prepare_teacher(make_config({"model": "resnet18", "dataset": "digits", "weights": "scratch"})))
    return folder


@pytest.fixture(scope="session")
def with_docstrings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which the docstrings are harvested."""
    from simulator.engine import datasets

    with shared_by_all(tmp_path_factory, "with-docstrings") as folder:
        datasets.load("docstrings")
    return folder


@pytest.fixture
def few_timed_calls() -> Iterator[None]:
    """For tests in whose runs the times do not matter."""
    with timed_briefly():
        yield


@pytest.fixture
def tiny_cnn(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fifth model, in this process and in those that it starts."""
    entry = "tests.tiny_cnn.entry"
    monkeypatch.setenv(MORE_MODELS, entry)
    importlib.import_module(entry)
    yield
    del MODELS["tiny_cnn"], sys.modules[entry]
