"""A fifth model, as somebody else might add one: docs/adding_a_model.md goes through it."""
