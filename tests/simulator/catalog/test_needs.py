"""What a method or a way of pruning needs stands in its catalogue entry: no other code decides by its name."""

import ast
from pathlib import Path

import pytest

from simulator.catalog.methods import METHODS
from simulator.catalog.pruning import IMPORTANCES, PRUNING, SCHEDULES, SCOPES

ROOT = Path(__file__).parents[3]
ROOMS = ("simulator", "ui", "pages")
OWN = {"simulator/catalog/methods.py", "simulator/catalog/pruning.py"}

WORDS = {
    "simulator/engine/stages/pruned.py": SCHEDULES,  # carries each of them out, one below the other
    "ui/screens/learn/masks.py": {"2:4"},  # the patterns of this screen are its own
    "ui/screens/learn/weights.py": {"2:4"},
    "ui/words/glossary.py": {*PRUNING, *SCOPES},  # terms that are explained
}
"""Files that may decide by some names."""


def decisions(tree):
    """Strings that code decides by: compared, matched, a key of a table, or one of a list of names."""
    in_types = {id(n.slice) for n in ast.walk(tree) if isinstance(n, ast.Subscript)}
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                yield from (node.left, *node.comparators)
            case ast.MatchValue():
                yield node.value
            case ast.Dict():
                yield from (key for key in node.keys if key is not None)
            case ast.Tuple() | ast.List() | ast.Set() if id(node) not in in_types:
                yield from node.elts


def found(names, rooms=ROOMS, lists=True):
    """``file:line name`` of every decision by one of these names."""
    places = []
    for path in sorted(p for room in rooms for p in (ROOT / room).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        listed = {id(e) for n in ast.walk(tree) if isinstance(n, ast.Tuple | ast.List | ast.Set) for e in n.elts}
        places += [
            f"{name}:{node.lineno} {node.value}"
            for node in decisions(tree)
            if isinstance(node, ast.Constant)
            and node.value in names
            and name not in OWN
            and (lists or id(node) not in listed)
        ]
    return places


def test_no_code_decides_by_a_methods_name():
    assert found(set(METHODS)) == []


def test_no_code_decides_by_an_importances_name():
    """Experiments list which importances they compare: that is a choice, not knowledge of one."""
    assert found(set(IMPORTANCES), lists=False) == []


def test_no_code_decides_by_the_name_of_a_pattern_a_scope_or_a_schedule():
    places = found({*PRUNING, *SCOPES, *SCHEDULES}, lists=False)
    allowed = {(file, name) for file, names in WORDS.items() for name in names}
    assert [place for place in places if (place.partition(":")[0], place.partition(" ")[2]) not in allowed] == []


@pytest.mark.parametrize(
    "code", ["x == 'kd'", "x in ('kd', 'dkd')", "{'kd': 1}", "match x:\n    case 'kd':\n        pass", "y = ['kd']"]
)
def test_such_code_would_be_found(code):
    assert "kd" in {node.value for node in decisions(ast.parse(code)) if isinstance(node, ast.Constant)}


def test_a_default_and_a_type_are_no_decisions():
    code = "def f(method='kd', x: Literal['kd', 'dkd'] = 'kd'): return f(method='kd')"
    assert not [node for node in decisions(ast.parse(code)) if isinstance(node, ast.Constant)]
