"""The app for hosts that install the requirements beside its main file, as Streamlit Community Cloud does."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # Streamlit lets Python find only what lies beside the main file

from ui.following import stream  # noqa: E402
from ui.shell import server  # noqa: E402

app = st.App(ROOT / "streamlit_app.py", lifespan=server.lifespan, routes=[stream.route()])
