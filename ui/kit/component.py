"""Our own components: elements of a page that are drawn by a script beside their Python module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

Mount = Callable[..., Any]


def component(name: str, file: str, html: str, css: str, *parts: str) -> Mount:
    """Register a component; its script is beside ``file``, with the same name.

    Args:
        parts: The names of further scripts there, whose functions that script uses.

    Returns:
        A function that puts it on a page. It takes the key, the data for the script, and Streamlit's further arguments
        for a component (``default`` states and ``on_..._change`` callbacks), and returns the state.
    """
    scripts = [*(Path(file).with_name(part) for part in parts), Path(file).with_suffix(".js")]
    js = "".join(script.read_text("utf-8") for script in scripts)
    mount = st.components.v2.component(name, html=html, css=css, js=js)

    def put(key: str, data: Mapping[str, Any], **further: Any) -> Any:
        # In a list, because Streamlit looks for data frames among the values of a dict, which imports pandas.
        return mount(key=key, data=[data], **further)

    return put
