"""The main file for hosts starts the same app as the one at the top."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def options_of_app(main: Path) -> dict[str, str]:
    """What a main file passes to st.App beside the script."""
    calls = (node for node in ast.walk(ast.parse(main.read_text("utf-8"))) if isinstance(node, ast.Call))
    app = next(call for call in calls if ast.unparse(call.func) == "st.App")
    return {str(option.arg): ast.unparse(option.value) for option in app.keywords}


def test_both_main_files_start_the_same_server() -> None:
    assert options_of_app(ROOT / "hosted/streamlit_app.py") == options_of_app(ROOT / "streamlit_app.py")
