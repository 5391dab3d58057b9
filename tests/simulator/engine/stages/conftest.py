"""What the tests of stages share: a tiny model, whose teacher is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.config.run import make_config
from simulator.engine import pipeline


@pytest.fixture(scope="session")
def with_tiny_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which the tiny teacher is kept."""
    folder = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(folder))
        list(pipeline.prepare_teacher(make_config({"model": "tiny_cnn", "train_examples": 64, "weights": "scratch"})))
    return folder


@pytest.fixture
def kept_tiny_teacher(tiny_cnn: None, data_directory: Path, request: pytest.FixtureRequest) -> None:
    """A tiny model, and a copy of its teacher in the test's data directory."""
    shutil.copytree(request.getfixturevalue("with_tiny_teacher"), data_directory, dirs_exist_ok=True)
