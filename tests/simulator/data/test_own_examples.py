"""The files of an own data set: what was written comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from simulator.data import own_examples


def test_texts_come_back_with_their_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    texts = ['a, "quoted" one', "two\nlines", "old\r\nline ends", "größe 漢字", ""]
    own_examples.write_texts(tmp_path, texts, [0, 1, 0, 1, 0], [0, 0, 1, 2, 2])
    found, labels, splits = own_examples.read_texts(tmp_path)
    assert found == texts
    assert labels.tolist() == [0, 1, 0, 1, 0]
    assert splits.tolist() == [0, 0, 1, 2, 2]


def test_splits_of_pictures_come_back(tmp_path: Path) -> None:
    own_examples.write_splits(tmp_path, [2, 0, 1], [0, 1, 2])
    labels, splits = own_examples.read_splits(tmp_path)
    assert (labels.tolist(), splits.tolist()) == ([2, 0, 1], [0, 1, 2])
    assert labels.dtype == splits.dtype == np.int64


def test_some_pictures_come_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    save_file({"pictures": pictures}, tmp_path / own_examples.PICTURES_FILE)
    assert np.array_equal(own_examples.read_pictures(tmp_path), pictures)
    assert np.array_equal(own_examples.read_pictures(tmp_path, [3, 0, 3]), pictures[[3, 0, 3]])
