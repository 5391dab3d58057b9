"""Our own components: elements of a page that are drawn by a script beside their Python module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

Mount = Callable[..., Any]


def component(name: str, file: str, html: str, css: str) -> Mount:
    """Register a component; its script is beside ``file``, with the same name.

    Returns:
        A function that puts it on a page. It takes the key, the data for the script, and Streamlit's further arguments
        for a component (``default`` states and ``on_..._change`` callbacks), and returns the state.
    """
    mount = st.components.v2.component(name, html=html, css=css, js=Path(file).with_suffix(".js").read_text("utf-8"))

    def put(key: str, data: Mapping[str, Any], **further: Any) -> Any:
        # In a list, because Streamlit looks for data frames among the values of a dict, which imports pandas.
        return mount(key=key, data=[data], **further)

    return put
