"""The code of this package as text: students see the code that runs. Read from the files, never imported."""

from __future__ import annotations

import ast
from functools import lru_cache

from simulator.host.paths import PACKAGE


@lru_cache(maxsize=64)
def source_of(path: str, name: str) -> str:
    """The source text of a function, a class or a constant (with the sentence under it) at a file's top level.

    Args:
        path: The file, below simulator/.
        name: The name of the function, class or constant.
    """
    text = (PACKAGE / path).read_text(encoding="utf-8")
    body = ast.parse(text).body
    for number, node in enumerate(body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            decorators = [f"@{ast.get_source_segment(text, d)}\n" for d in node.decorator_list]
            return "".join(decorators) + (ast.get_source_segment(text, node) or "")
        if name in _assigned(node):
            below = body[number + 1] if number + 1 < len(body) else None
            parts = [node, below] if below is not None and _is_text(below) else [node]
            return "\n".join(ast.get_source_segment(text, part) or "" for part in parts)
    raise LookupError(f"{path} has no function, class or constant {name}")


def _assigned(node: ast.stmt) -> list[str]:
    """The names that a statement assigns."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    flat = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [part.id for part in flat if isinstance(part, ast.Name)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
