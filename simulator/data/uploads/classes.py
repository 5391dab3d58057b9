"""What uploaded texts and pictures have in common: each example once, enough classes, and three splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from simulator.data import near_duplicates
from simulator.data.own_data import Skipped
from simulator.data.uploads.csv_file import Examples, Skips, plain
from simulator.errors import InvalidUpload
from simulator.figures.numbers import whole

CLASSES = (2, 20)
FEWEST_PER_CLASS, FEWEST, FEWEST_TRAIN = 10, 120, 64
"""A class needs examples in all three splits; the student needs at least 64 to train on."""

SPLIT_SEED, VALIDATION_SHARE, TEST_SHARE = 0, 0.15, 0.25
REASONS, REASON_PLACES = 4, 2
"""The most reasons, and places for each, in a message that too little is left."""


def drop_duplicates(examples: Examples) -> Examples:
    """Each input once. An input that has two labels is left out, because nobody knows which is right."""
    labels_of: dict[str, set[str]] = {}
    for key, label in zip(examples.keys, examples.labels, strict=True):
        labels_of.setdefault(key, set()).add(label)
    kept, seen = [], set[str]()
    for i, (key, where) in enumerate(zip(examples.keys, examples.places, strict=True)):
        if len(labels_of[key]) > 1:
            examples.skipped.add("the same example has two labels", where)
        elif key in seen:
            examples.skipped.add("the same as an earlier one", where)
        else:
            seen.add(key)
            kept.append(i)
    return examples.take(kept)


def number_classes(labels: Sequence[str], skips: Skips) -> tuple[tuple[str, ...], list[int]]:
    """The classes in alphabetical order, and each label as its class's number.

    Args:
        skips: What was left out before, for the message if too little is left.

    Raises:
        InvalidUpload: unless there are 2 to 20 classes with enough examples each.
    """
    counts = Counter(labels)
    if problem := _wrong_classes(counts):
        message, advice = problem
        raise InvalidUpload(f"{message}{_left_out(skips)}", advice)
    raw = sorted(counts)
    return _names(raw), [raw.index(label) for label in labels]


def _wrong_classes(counts: Counter[str]) -> tuple[str, str] | None:
    """What is wrong with the number of classes or of their examples, and what to do; None if nothing is."""
    low, high = CLASSES
    if len(counts) < low:
        few = f"is only one class: {plain(next(iter(counts)))!r}" if counts else "are no usable examples"
        return f"There {few}.", f"A classifier needs {low} to {high} classes."
    if len(counts) > high:
        return (
            f"There are {whole(len(counts))} classes; {low} to {high} can be used.",
            "Is the label column the right one? Otherwise join classes.",
        )
    few = ", ".join(f"{plain(name)} has {n}" for name, n in sorted(counts.items()) if n < FEWEST_PER_CLASS)
    if few:
        return (
            f"Every class needs at least {FEWEST_PER_CLASS} different examples: {few}.",
            "Add examples, or leave these classes out.",
        )
    if counts.total() < FEWEST:
        return (
            f"There are {counts.total()} usable examples; at least {FEWEST} are needed.",
            "Add examples: 60 % of them are for training, the rest for validation and test.",
        )
    return None


def _left_out(skips: Skips) -> str:
    """What was left out and why, the most frequent reasons first, as the end of a message."""
    named = [f"{whole(s.count)} ({s.reason}: {', '.join(s.first[:REASON_PLACES])})" for s in grouped(skips)[:REASONS]]
    return f" Left out: {'; '.join(named)}." if named else ""


def _names(raw: Sequence[str]) -> tuple[str, ...]:
    """The classes as they may appear on a screen, all different."""
    by_name: dict[str, str] = {}
    for label in raw:
        twin = by_name.setdefault(plain(label).casefold(), label)
        if twin != label:
            raise InvalidUpload(
                f"The labels {plain(twin)!r} and {plain(label)!r} differ only in capitals or special characters.",
                "If they mean the same, write them alike; otherwise choose other names.",
            )
    return tuple(plain(label) for label in raw)


def split(classes: Sequence[str], labels: Sequence[int], groups: np.ndarray) -> list[int]:
    """0 (train), 1 (validation) or 2 (test) for each example, stratified by class with a fixed seed.

    Args:
        classes: Their names, for people.
        labels: Class numbers [examples].
        groups: Of near-duplicates, which stay together (:mod:`simulator.data.near_duplicates`), [examples].

    Raises:
        InvalidUpload: if too few examples differ enough to be in three splits.
    """
    shuffle = np.random.default_rng(SPLIT_SEED)
    splits = np.zeros(len(labels), dtype=np.int64)
    for number in sorted(set(labels)):
        rows = shuffle.permutation(np.flatnonzero(np.asarray(labels) == number))
        test, validation = round(len(rows) * TEST_SHARE), round(len(rows) * VALIDATION_SHARE)
        splits[rows[:test]] = 2
        splits[rows[test : test + validation]] = 1
    kept = near_duplicates.keep_together(splits, np.array(labels), groups, SPLIT_SEED)
    counts = Counter(zip(labels, kept.tolist(), strict=True))
    missing = [name for number, name in enumerate(classes) if not all(counts[number, part] for part in range(3))]
    train = int((kept == 0).sum())
    if missing or train < FEWEST_TRAIN:
        rest = f"no three parts of {', '.join(missing)}" if missing else f"only {train} examples for training"
        raise InvalidUpload(
            f"{whole(near_duplicates.grouped(groups))} of {whole(len(labels))} examples are near-duplicates of "
            f"others. They stay in one split, so that the test is fair, and that leaves {rest}.",
            "Add examples that differ more, or leave these classes out.",
        )
    return [int(s) for s in kept]


def grouped(skips: Skips) -> list[Skipped]:
    """What was skipped, by reason, the most frequent first."""
    listed = [Skipped(reason=r, count=n, first=tuple(skips.first[r])) for r, n in skips.counts.items()]
    return sorted(listed, key=lambda s: -s.count)
