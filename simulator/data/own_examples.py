"""The examples of an own data set, as files in its folder: texts as CSV, pictures as safetensors. Imports no torch."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

FILES = TEXTS_FILE, PICTURES_FILE, SPLITS_FILE = "examples.csv", "examples.safetensors", "splits.json"


def write_texts(folder: Path, texts: Sequence[str], labels: Sequence[int], splits: Sequence[int]) -> None:
    """Write ``examples.csv``: text, class number, split number."""
    with (folder / TEXTS_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label", "split"))
        writer.writerows(zip(texts, labels, splits, strict=True))


def read_texts(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts, class numbers [examples] and split numbers [examples]."""
    with (folder / TEXTS_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    numbers = np.array([[int(row[1]), int(row[2])] for row in rows], dtype=np.int64)
    return [row[0] for row in rows], numbers[:, 0], numbers[:, 1]


def write_splits(folder: Path, labels: Sequence[int], splits: Sequence[int]) -> None:
    """Write class and split numbers beside the pictures."""
    content = json.dumps({"labels": list(labels), "splits": list(splits)})
    (folder / SPLITS_FILE).write_text(content, encoding="utf-8")


def read_splits(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Class and split numbers [examples] of pictures, in their order in the file."""
    held = json.loads((folder / SPLITS_FILE).read_text(encoding="utf-8"))
    return np.array(held["labels"], dtype=np.int64), np.array(held["splits"], dtype=np.int64)


def read_pictures(folder: Path, rows: Sequence[int] | None = None) -> np.ndarray:
    """Pictures [examples, height, width, 3] of 0..255; all of them, or only some rows."""
    from safetensors import safe_open

    with safe_open(folder / PICTURES_FILE, framework="numpy") as file:
        pictures = file.get_slice("pictures")
        return pictures[:] if rows is None else np.concatenate([pictures[row : row + 1] for row in rows])
