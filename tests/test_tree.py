"""The tree explains itself: few entries in a folder, short modules and functions, and a test beside each with logic."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("simulator", "ui", "benchmarks")
AT_THE_TOP, BELOW = 14, 12
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_PARAMETERS = 300, 40, 6

SIBLINGS = {
    "benchmarks": "a file for each measurement",
    "simulator/experiments": "a file for each experiment",
    "simulator/teaching/notebook/parts": "a file for each part of a notebook",
}
"""Folders whose entries are all of one kind."""

DECIDES = (
    ast.If, ast.For, ast.While, ast.Try, ast.Match, ast.IfExp, ast.BoolOp, ast.comprehension,
)  # fmt: skip
"""A function without any of these does one thing after the other: tests of its callers test it."""


def modules(*rooms: str) -> list[Path]:
    """Relative to the checkout."""
    return [path.relative_to(ROOT) for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


@cache
def functions(module: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def has_logic(module: Path) -> bool:
    return any(isinstance(node, DECIDES) for function in functions(module) for node in ast.walk(function))


def places_of_tests(module: Path) -> Iterator[Path]:
    """Where the tests of a module may be; those of a package's own code are in or beside its folder."""
    folder = Path("tests") / module.parent
    if module.name != "__init__.py":
        yield folder / f"test_{module.name}"
    else:
        yield from (place / f"test_{folder.name}.py" for place in (folder, folder.parent))


def is_tested(module: Path) -> bool:
    return any((ROOT / test).exists() for test in places_of_tests(module))


def test_every_module_with_logic_has_its_test() -> None:
    assert [str(module) for module in modules(*ROOMS) if has_logic(module) and not is_tested(module)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_folder_holds_more_than_one_can_take_in(room: str) -> None:
    for folder in (ROOT / room, *(path for path in (ROOT / room).rglob("*") if path.is_dir())):
        shown = str(folder.relative_to(ROOT))
        if shown not in SIBLINGS:
            assert len(entries_of(folder)) <= (AT_THE_TOP if shown == room else BELOW), (shown, entries_of(folder))


def entries_of(folder: Path) -> set[str]:
    """A module with its script and its styles is one; folders of data are none."""
    rooms = {path.name for path in folder.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    return rooms | {path.stem for path in folder.iterdir() if path.is_file() and path.stem != "__init__"}


def test_modules_are_short() -> None:
    lines = {str(module): len((ROOT / module).read_text("utf-8").splitlines()) for module in modules(*ROOMS)}
    assert {module: count for module, count in lines.items() if count > MOST_LINES} == {}


def test_functions_are_short_and_take_few_arguments() -> None:
    long, greedy = set(), set()
    for module in modules(*ROOMS):
        for function in functions(module):
            given = function.args
            names = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)} - {"self", "cls"}
            assert function.end_lineno is not None
            if function.end_lineno - function.lineno + 1 > MOST_LINES_OF_A_FUNCTION:
                long.add((str(module), function.name))
            if len(names) > MOST_PARAMETERS:
                greedy.add((str(module), function.name))
    assert long == set()
    assert greedy == set()
