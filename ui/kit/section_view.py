"""Sections on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import streamlit as st

from ui.figures.parts import (
    Beside,
    Chart,
    Choice,
    Code,
    Gains,
    Part,
    Picture,
    Points,
    Section,
    Slide,
    TablePart,
    Text,
    Way,
)
from ui.kit import chart_view, picture_view, table_view


def draw(section: Section) -> None:
    """Draw a section with its title."""
    if section.folded:
        with st.expander(section.title):
            draw_parts(section.parts)
    else:
        st.header(section.title, divider="gray")
        draw_parts(section.parts)


def draw_parts(parts: Sequence[Part]) -> None:
    """Draw parts below one another."""
    for part in parts:
        _draw(part)


def _draw(part: Part) -> None:
    match part:
        case Text(text, tip, quiet):
            (st.caption if quiet else st.markdown)(text, help=tip or None)
        case Points(sentences):
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
        case Code(text):
            st.code(text, language=None, wrap_lines=True)
        case Way(to, label, icon, parameters):
            st.page_link(to.path, label=label, icon=icon, query_params=dict(parameters))
        case Gains():
            _gains(part)
        case TablePart():
            _table(part)
        case Chart():
            _chart(part)
        case Picture():
            picture_view.show(part)
        case Choice():
            _choice(part)
        case Slide():
            st.fragment(_slide, key=part.key)(part)
        case Beside(parts):
            _beside(parts)
        case _:
            assert_never(part)


def _gains(part: Gains) -> None:
    st.markdown(f"**{part.title}**")
    with st.container(horizontal=True):
        for label, change, explanation in part.figures:
            st.metric(label, change, help=explanation, width=145)


def _table(part: TablePart) -> None:
    if part.title:
        st.markdown(f"**{part.title}**")
    table_view.show(part.table, part.alt, part.key)
    if part.note:
        st.caption(part.note, help=part.tip or None)


def _chart(part: Chart) -> None:
    st.markdown(f"**{part.title}**")
    st.caption(part.caption, help=part.tip or None)
    chart_view.show(part.figure, part.key, part.alt)


def _choice(part: Choice) -> None:
    chosen = st.segmented_control(
        part.label, list(part.options), default=part.start, required=True, wrap=True, key=part.key
    )
    draw_parts(part.options[chosen or part.start]())


def _slide(part: Slide) -> None:
    value = st.slider(
        part.label, part.low, part.high, part.start, part.step, format="percent", key=f"{part.key}_slider"
    )
    draw_parts(part.parts(value))


def _beside(parts: Sequence[Part]) -> None:
    for start in range(0, len(parts), 2):
        for place, part in zip(st.columns(2), parts[start : start + 2], strict=False):
            with place:
                _draw(part)
