"""A card in a list: what it is about, beside a thumbnail of what shipped runs measured or of what a run would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from simulator.experiments import ExperimentConfig
from simulator.runs.recorded import Recorded
from ui.figures.thumbnail import promise, sketch, teaser, thumbnail
from ui.kit import picture_view


@contextmanager
def card(key: str, recorded: Sequence[Recorded], planned: ExperimentConfig | None = None) -> Iterator[None]:
    """Put what is drawn meanwhile into a card, with the thumbnail and its teaser if anything is recorded.

    Args:
        planned: The experiment whose empty chart is drawn if nothing is recorded.
    """
    with st.container(border=True):
        if recorded:
            picture, sentence = thumbnail(key, recorded), teaser(recorded)
        elif planned is not None:
            picture, sentence = sketch(key, planned), promise(planned)
        else:
            yield
            return
        drawing, words = st.columns([1, 4], gap="medium", vertical_alignment="center")
        with drawing:
            picture_view.show(picture)
        with words:
            yield
            st.caption(sentence)
