"""Experiments that were carried out, and what one works on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from simulator.engine import experiments
from simulator.engine.setup import Setup
from simulator.events import Event
from tests.conftest import shared_by_all
from tests.simulator.engine.experiments.tiny import SMALL, prepared, tiny

EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory, with_teacher: Path) -> Callable[[str], list[Event]]:
    """The events of each tiny experiment by its name, carried out once for all processes of a session."""

    @cache
    def events_of(name: str) -> list[Event]:
        with shared_by_all(tmp_path_factory, f"experiment-{name}") as folder:
            file = folder / "events.json"
            if not file.exists():
                shutil.copytree(with_teacher, folder, dirs_exist_ok=True)
                file.write_bytes(EVENTS.dump_json(list(experiments.run(tiny(name)))))
            return EVENTS.validate_json(file.read_bytes())

    return events_of


@pytest.fixture(scope="session")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Data and tensors once."""
    return prepared(tmp_path_factory.mktemp("data"), SMALL)
