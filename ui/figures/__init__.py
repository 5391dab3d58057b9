"""Numbers -> Plotly figures, tables and columns. No Streamlit."""
