from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.markdown import HOSTILE, alive, markdown_of
from ui.shell.plain import brief, literal

ROOT = Path(__file__).parents[3]


def page() -> None:
    import streamlit as st

    from ui.shell import address

    st.json(
        {"text": address.text("name"), "one": address.one_of("kind", ("a", "b")), "whole": address.whole("at", 1, 9)}
    )
    st.json(address.lists(("several", "long")))


def opened(**parameters: object) -> AppTest:
    app = AppTest.from_function(page)
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    return app


def test_what_a_page_can_use_is_read_and_stays() -> None:
    app = opened(name="Zoe", kind="b", at="9", several=["x", "y"])
    assert app.json[0].value == '{"text": "Zoe", "one": "b", "whole": 9}'
    assert app.json[1].value == '{"several": ["x", "y"]}'
    assert not app.warning


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "x" * 101), ("name", "a\0b"), ("name", "a\nb"), ("kind", "c"), ("at", "0"), ("at", "10"),
        ("at", "1e309"), ("at", "9" * 400), ("at", "-1"), ("at", "2.0"), ("at", "²"), ("long", "x" * 4_001),
    ],
)  # fmt: skip
def test_what_it_cannot_use_is_left_out_and_named_once(name: str, value: str) -> None:
    app = opened(**{name: value})
    assert app.json[0].value == '{"text": null, "one": null, "whole": null}'
    assert name not in app.query_params
    assert literal(f"{name}={brief(value)}") in app.warning[0].value
    assert len(app.warning[0].value) < 250
    app.run()
    assert not app.warning


@pytest.mark.parametrize("value", HOSTILE)
def test_what_it_names_is_plain_text(value: str) -> None:
    app = opened(kind=value)
    assert "evil" in app.warning[0].value
    assert [found for text in markdown_of(app) for found in alive(text)] == []
    assert alive(value) or value in ("]evil", "**evil**")


def test_nothing_else_reads_or_writes_an_address() -> None:
    files = [*ROOT.glob("ui/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "streamlit_app.py"]
    assert [file.name for file in files if re.search(r"\bst\.query_params", file.read_text("utf-8"))] == ["address.py"]
