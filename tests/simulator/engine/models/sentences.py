"""Texts to train tokenizers on, and label words."""

TEXTS = [f"The {a} {b} was {c}, wasn't it? {d}!" for a in ("old", "new") for b in ("film", "soup", "phone")
         for c in ("dull", "delightful") for d in ("Never again", "Wonderful", "Snorkelling")]  # fmt: skip
WORDS = ("films", "food")
