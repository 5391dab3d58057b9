"""Three splits of any data: no example is lost, none is in two, and the fingerprint follows the content."""

from __future__ import annotations

import numpy as np

from simulator.engine.datasets.base import Split, fingerprint, split, take

PICTURES = np.random.default_rng(0).integers(0, 256, (100, 8, 8, 3), dtype=np.uint8)
LABELS = np.arange(100) % 2


def test_every_example_is_in_exactly_one_split_with_its_label() -> None:
    data = split("noise", PICTURES, LABELS, "made")
    parts = (data.train, data.validation, data.test)
    label_of = {picture.tobytes(): label for picture, label in zip(PICTURES, LABELS, strict=True)}
    found = [
        (picture.tobytes(), label) for part in parts for picture, label in zip(part.inputs, part.labels, strict=True)
    ]
    assert len(found) == len(label_of) == 100
    assert dict(found) == label_of
    assert [len(part) for part in parts] == [60, 15, 25]
    assert all(abs(part.labels.mean() - 0.5) < 0.05 for part in parts)


def test_the_same_picture_twice_never_leaks_into_another_split() -> None:
    twice = np.concatenate([PICTURES[:50], PICTURES[:50]])
    data = split("twice", twice, np.tile(LABELS[:50], 2), "made")
    seen = [
        {np.asarray(picture).tobytes() for picture in part.inputs} for part in (data.train, data.validation, data.test)
    ]
    assert sum(map(len, seen)) == 50


def test_the_fingerprint_changes_with_content_labels_and_source() -> None:
    texts = ["one", "two"]
    marks = {
        fingerprint(texts, np.array([0, 1]), "a"),
        fingerprint(texts, np.array([1, 0]), "a"),
        fingerprint(["on", "etwo"], np.array([0, 1]), "a"),
        fingerprint(texts, np.array([0, 1]), "b"),
    }
    assert len(marks) == 4
    assert fingerprint(texts, np.array([0, 1]), "a") in marks


def test_rows_of_texts_and_of_pictures() -> None:
    assert take(["a", "b", "c"], np.array([2, 0])) == ["c", "a"]
    assert np.array_equal(take(PICTURES, np.array([2, 0])), PICTURES[[2, 0]])
    first = Split(["a", "b", "c"], np.array([0, 1, 0])).first(2)
    assert (first.inputs, first.labels.tolist()) == (["a", "b"], [0, 1])
