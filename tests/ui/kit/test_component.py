from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from ui.kit.component import component


def test_a_component_is_its_script_after_the_parts_that_it_uses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    registered: dict[str, Any] = {}
    monkeypatch.setattr(st.components.v2, "component", lambda name, **given: registered.update(given))
    for name, text in (("lines.js", "// lines\n"), ("dots.js", "// dots\n"), ("view.js", "// view\n")):
        (tmp_path / name).write_text(text, "utf-8")
    component("view", str(tmp_path / "view.py"), "<p></p>", "", "lines.js", "dots.js")
    assert registered["js"] == "// lines\n// dots\n// view\n"
