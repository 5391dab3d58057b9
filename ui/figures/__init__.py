"""Plotly figures, tables and columns made from numbers. No Streamlit."""
