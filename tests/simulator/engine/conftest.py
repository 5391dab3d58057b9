"""What the engine's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import timed_briefly


@pytest.fixture(autouse=True, scope="session")
def few_timed_calls() -> Iterator[None]:
    """For the whole session, because runs are shared."""
    with timed_briefly():
        yield


@pytest.fixture(scope="module")
def shared_data(tmp_path_factory: pytest.TempPathFactory, with_teacher: Path) -> Path:
    """One data directory for a module, with a teacher in it."""
    return Path(shutil.copytree(with_teacher, tmp_path_factory.mktemp("module") / "data"))


@pytest.fixture
def use_shared_data(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(shared_data))
