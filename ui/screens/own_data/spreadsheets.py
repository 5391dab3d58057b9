"""CSV files to download: an example to try, and the saved texts. No cell in them is a formula."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from itertools import islice

from simulator.data import own_data, own_examples
from simulator.data.own_data import OwnData

EXAMPLE_EVERY = 11  # the reviews are sorted by topic
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def example_csv() -> str:
    """Return some of the shipped reviews in the form that an upload needs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("text", "label"))
    with (files("simulator") / "engine/datasets/reviews.csv").open(encoding="utf-8") as file:
        for row in islice(csv.DictReader(file), 0, None, EXAMPLE_EVERY):
            writer.writerow((safe_cell(row["text"]), row["topic"]))
    return out.getvalue()


def as_csv(data: OwnData) -> str:
    """Return the texts with labels and splits, safe to open in a spreadsheet."""
    texts, labels, splits = own_examples.read_texts(own_data.folder_of(data.name))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("text", "label", "split"))
    for text, label, split in zip(texts, labels, splits, strict=True):
        writer.writerow((safe_cell(text), safe_cell(data.class_names[label]), own_data.SPLITS[split]))
    return out.getvalue()


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe.

    Source: OWASP, "CSV Injection".
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
