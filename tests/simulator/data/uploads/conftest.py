"""What the tests of uploads share."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from simulator.data import uploads
from simulator.data.uploads import checking, zip_file
from simulator.errors import InvalidUpload


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are read here, for speed; ``test_pictures_are_read_in_a_process_of_their_own`` does it as the app."""

    def read(file: Path, folder: Path) -> Any:
        return json.loads(json.dumps(zip_file.read(file, folder)))

    monkeypatch.setattr(checking, "_in_own_process", read)


def refused(content: bytes, file_name: str, message: str, data_directory: Path) -> None:
    before = set(data_directory.parent.rglob("*"))
    with pytest.raises(InvalidUpload) as problem:
        uploads.check(file_name, content)
    assert re.search(message, problem.value.message), problem.value.message
    assert problem.value.advice
    left = set(data_directory.parent.rglob("*")) - before - {data_directory, data_directory / "own-drafts"}
    assert not left
