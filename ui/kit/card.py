"""A card in a list: what it is about, beside a thumbnail of what shipped runs measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from simulator.runs.recorded import Recorded
from ui.figures.thumbnail import teaser, thumbnail
from ui.kit import picture_view


@contextmanager
def card(key: str, recorded: Sequence[Recorded]) -> Iterator[None]:
    """Put what is drawn meanwhile into a card, with the thumbnail and its teaser if anything is recorded."""
    with st.container(border=True):
        if not recorded:
            yield
            return
        drawing, words = st.columns([1, 4], gap="medium", vertical_alignment="center")
        with drawing:
            picture_view.show(thumbnail(key, recorded))
        with words:
            yield
            st.caption(teaser(recorded))
