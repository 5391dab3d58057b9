"""The fingerprint of the code: comments and docstrings do not change it, anything that runs does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator.catalog.models import MORE_MODELS
from simulator.runs.kept import code as code_room

ONE = '"""A module."""\n\nNUMBER = 1\n\n\ndef f(x):\n    """Twice."""\n    return 2 * x  # two times\n'


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(code_room, "PACKAGE", tmp_path)
    monkeypatch.delenv(MORE_MODELS, raising=False)
    (tmp_path / "engine").mkdir()
    return tmp_path / "engine" / "module.py"


def fingerprint(file: Path, text: str) -> str:
    file.write_text(text)
    code_room._fingerprint.cache_clear()
    return code_room.code(("engine",))


@pytest.fixture(autouse=True)
def forget():
    yield
    code_room._fingerprint.cache_clear()


def test_comments_and_docstrings_do_not_count_and_all_else_does(file: Path) -> None:
    before = fingerprint(file, ONE)
    assert fingerprint(file, ONE.replace("Twice", "Two times").replace("# two times", "")) == before
    for old, new in (
        ("2 * x", "3 * x"),
        ("NUMBER = 1", "NUMBER = 2"),
        ("def f", "def g"),
        ('"""Twice."""\n', "x += 1\n"),
        ('"""Twice."""\n', '"Twice".join(x)\n'),
    ):
        assert fingerprint(file, ONE.replace(old, new)) != before
    file.with_name("more.py").write_text("")
    assert fingerprint(file, ONE) != before


def test_many_threads_may_ask_at_once() -> None:
    """Python 3.11 parsed some files of fifty sessions with "AST constructor recursion depth mismatch"."""

    def asked(_: int) -> str:
        code_room._fingerprint.cache_clear()
        return code_room.code(code_room.OF_TEACHER)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(asked, range(16)))) == 1


def test_a_model_that_was_added_from_elsewhere_counts(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(file, ONE)
    monkeypatch.setenv(MORE_MODELS, "tests.tiny_cnn.entry")
    assert fingerprint(file, ONE) != before


@pytest.mark.parametrize("parts", [code_room.OF_TEACHER, code_room.OF_STUDENT, code_room.OF_MEASUREMENT])
def test_everything_that_is_named_is_there(parts: tuple[str, ...]) -> None:
    assert all((code_room.PACKAGE / part).exists() for part in parts)
