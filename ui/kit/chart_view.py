"""Charts on a screen."""

from __future__ import annotations

import streamlit as st

from ui.figures import charts


def show(figure: object, key: str, alt: str) -> None:
    """Draw a figure with the app's settings.

    Args:
        key: Unique on the page.
        alt: What it shows, for people who cannot see it.
    """
    st.plotly_chart(figure, key=key, config=charts.CONFIG, alt=alt)
