"""Components of our own: what stands on a page, drawn by a script that lies beside its Python module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

Mount = Callable[..., Any]


def component(name: str, file: str, html: str, css: str) -> Mount:
    """Register a component; the script lies beside ``file``, with the same name.

    Returns:
        What puts it on a page: takes its key, the data for its script, and Streamlit's further arguments of a
        component (``default`` states and ``on_..._change`` callbacks); gives its state.
    """
    mount = st.components.v2.component(name, html=html, css=css, js=Path(file).with_suffix(".js").read_text("utf-8"))

    def put(key: str, data: Mapping[str, Any], **further: Any) -> Any:
        # In a list, for Streamlit looks for data frames among the values of a dict: that alone imports pandas.
        return mount(key=key, data=[data], **further)

    return put
