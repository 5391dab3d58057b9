"""What uploaded texts and pictures have in common: each example once, enough classes, three splits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simulator.data import own_data, own_examples, uploads
from simulator.errors import InvalidUpload
from tests.simulator.brought import (
    csv_bytes,
    text,
    texts,
)

GOOD = texts()


def test_a_text_with_two_labels_is_left_out_wholly() -> None:
    draft = uploads.check("t.csv", csv_bytes([*GOOD, (text("cats", 3), "dogs")]))
    assert draft.counts == uploads.check("t.csv", csv_bytes([r for r in GOOD if "cats number 3 " not in r[0]])).counts
    assert draft.skipped[0].count == 2


def test_no_example_is_in_two_splits_and_every_class_is_in_all() -> None:
    rows = texts(40, ["a", "b", "c"])
    draft = uploads.check("t.csv", csv_bytes([*rows, *rows, *((t.upper(), y) for t, y in rows)]))
    read, labels, splits = own_examples.read_texts(own_data.draft_folder(draft.name))
    assert len({t.casefold() for t in read}) == len(read) == 120
    assert draft.counts == ((24, 6, 10),) * 3
    assert Counter(zip(labels.tolist(), splits.tolist(), strict=True)) == {
        (c, s): draft.counts[c][s] for c in range(3) for s in range(3)
    }
    assert sum(s.count for s in draft.skipped) == 240


def test_examples_that_hardly_differ_are_refused_with_the_reason(data_directory: Path) -> None:
    alike = [(f"The cats number {i} ran over the hill", "cats") for i in range(70)]
    with pytest.raises(InvalidUpload, match=r"70 of 140 examples are near-duplicates .* no three parts of cats"):
        uploads.check("t.csv", csv_bytes([*alike, *texts(70, ["dogs"])]))
    half = [(f"{text('cats', i % 2)} {i}", "cats") for i in range(60)]
    with pytest.raises(InvalidUpload, match=r"only \d+ examples for training|no three parts of cats"):
        uploads.check("t.csv", csv_bytes([*half, *texts(60, ["dogs"])]))
