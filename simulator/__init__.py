"""The engine room: real distillation and pruning. Never imports streamlit."""
