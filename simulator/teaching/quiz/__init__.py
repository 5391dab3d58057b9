"""Questions on what the app teaches, and on any finished run. Imports no torch and no streamlit."""
