"""Near-duplicates are found as brute force finds them, and no split ever separates them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.data.near_duplicates import NEAR_PIXELS, grouped, groups_of, keep_together, picture_groups, text_groups
from simulator.engine.datasets import load

VOCABULARY = "the a of film food was good bad not very long".split()
TEXTS = st.lists(st.lists(st.sampled_from(VOCABULARY), max_size=9).map(" ".join), min_size=1, max_size=40)


def jaccard(a: str, b: str) -> float:
    """Written apart from the code under test."""
    one, other = (set(re.findall(r"\w+", text.lower())) for text in (a, b))
    return len(one & other) / len(one | other) if one | other else 0.0


def connected(count: int, near: Sequence[tuple[int, int]]) -> list[int]:
    """The first member of each one's group, by brute force."""
    groups = list(range(count))
    for _ in range(count):
        for a, b in near:
            groups[a] = groups[b] = min(groups[a], groups[b])
    return groups


@given(TEXTS)
def test_texts_are_grouped_as_brute_force_groups_them(texts: list[str]) -> None:
    near = [(i, j) for i, j in combinations(range(len(texts)), 2) if jaccard(texts[i], texts[j]) >= 0.6]
    assert text_groups(texts).tolist() == connected(len(texts), near)


@pytest.mark.parametrize("rows", [1, 7])
def test_texts_are_grouped_alike_however_many_are_compared_at_once(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shuffle = np.random.default_rng(0)
    texts = [" ".join(shuffle.choice(VOCABULARY, 6)) for _ in range(60)]
    whole = text_groups(texts)
    monkeypatch.setattr("simulator.data.near_duplicates.ROWS", rows)
    monkeypatch.setattr("simulator.data.near_duplicates.PAIRS", rows)
    assert text_groups(texts).tolist() == whole.tolist()
    assert len(set(whole.tolist())) < 60


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([5, 8, 28, 25, 39, 64]))
def test_pictures_are_grouped_as_brute_force_groups_them(seed: int, side: int) -> None:
    noise = np.random.default_rng(seed)
    first = noise.integers(0, 256, (4, side, side, 3))
    copies = [first + noise.normal(0, spread, first.shape) for spread in (1, 4, 5, 6, 9)]
    pictures = np.concatenate([first, *copies]).clip(0, 255).astype(np.uint8)
    apart = [
        (i, j, ((pictures[i].astype(float) - pictures[j]) ** 2).mean() ** 0.5)
        for i, j in combinations(range(len(pictures)), 2)
    ]
    near = [(i, j) for i, j, difference in apart if difference <= NEAR_PIXELS]
    assert picture_groups(pictures).tolist() == connected(len(pictures), near)


LABELLED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=120)
"""A class, a group and a split for each example."""


@given(LABELLED)
def test_a_group_is_in_one_split_and_without_groups_nothing_moves(examples: list[tuple[int, int, int]]) -> None:
    labels, names, splits = np.array(examples).T
    alone = np.arange(len(splits))
    assert keep_together(splits, labels, alone, 0).tolist() == splits.tolist()
    groups = np.array([names.tolist().index(name) for name in names])
    whole = keep_together(splits, labels, groups, 0)
    assert all(len(set(whole[groups == group])) == 1 for group in groups)
    assert whole.tolist() == keep_together(splits, labels, groups, 0).tolist()


def test_the_classes_keep_their_shares_where_enough_examples_stand_alone() -> None:
    labels = np.arange(400) % 2
    splits = np.repeat([0, 1, 2], [240, 60, 100])
    shuffle = np.random.default_rng(0)
    groups = np.where(shuffle.random(400) < 0.3, shuffle.integers(0, 20, 400), np.arange(400))
    groups = np.array([groups.tolist().index(name) for name in groups])
    whole = keep_together(splits, labels, groups, 0)
    for part in range(3):
        assert np.bincount(labels[whole == part]).tolist() == np.bincount(labels[splits == part]).tolist()


@pytest.mark.parametrize("name", ["docstrings", "reviews_topic", "reviews_sentiment", "digits"])
def test_no_near_duplicates_are_in_two_splits_of_a_shipped_data_set(
    name: str, with_docstrings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(with_docstrings))
    data = load(name)
    parts = [data.train, data.validation, data.test]
    where = np.repeat(range(3), list(map(len, parts)))
    if name == "digits":
        assert grouped(groups_of(np.concatenate([part.inputs for part in parts]))) == 0
        return
    texts = [set(re.findall(r"\w+", text.lower())) for part in parts for text in part.inputs]
    words = {word: number for number, word in enumerate(sorted(set().union(*texts)))}
    has = np.zeros((len(texts), len(words)), dtype=np.float32)  # [texts, words]
    for row, text in enumerate(texts):
        has[row, [words[word] for word in text]] = 1
    sizes, both = has.sum(axis=1), has @ has.T
    near = np.argwhere(both / (sizes[:, None] + sizes - both) >= 0.6)
    assert [(i, j) for i, j in near if where[i] != where[j]] == []
    assert bool((near[:, 0] != near[:, 1]).any()) == (name == "docstrings")
