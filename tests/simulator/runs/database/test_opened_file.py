"""A database whose file is no longer the one that was opened is refused, and no new file is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.errors import StorageFault
from simulator.runs.database.opened_file import insist_on


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def engine(file: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{file}")
    engine.connect().close()
    insist_on(engine)
    yield engine
    engine.dispose()


def test_an_untouched_file_is_used(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(sa.text("select 1")).scalar() == 1


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_moved_or_replaced_file_is_refused(engine: sa.Engine, file: Path, is_replaced: bool) -> None:
    file.rename(file.with_name("moved.db"))
    if is_replaced:
        file.touch()
    with pytest.raises(StorageFault, match=r"runs\.db"):
        engine.connect()
    assert file.exists() == is_replaced


def test_a_file_that_is_put_back_is_used_again(engine: sa.Engine, file: Path) -> None:
    moved = file.rename(file.with_name("moved.db"))
    with pytest.raises(StorageFault):
        engine.connect()
    moved.rename(file)
    engine.connect().close()


def test_a_database_in_memory_is_left_alone() -> None:
    engine = sa.create_engine("sqlite://")
    insist_on(engine)
    engine.connect().close()
    engine.dispose()
