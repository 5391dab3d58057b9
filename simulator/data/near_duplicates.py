"""Examples that are nearly the same, and splits that keep them on one side. Imports neither torch nor scikit-learn.

A test example whose near-duplicate is in the training split asks what a model remembers, not what it has learnt. So
near-duplicates form groups, and a group is in one split as a whole.

``python -P near_duplicates.py`` reads texts as JSON and answers with their groups: SciPy, which finds them, takes 25 MB
that the web process does not give. With -P the modules beside this file are not mistaken for libraries.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from math import gcd
from typing import Any

import numpy as np

NEAR_WORDS = 0.6
"""Two texts are near-duplicates from this Jaccard similarity: words that both have / words that either has."""

NEAR_PIXELS = 5.0
"""Two pictures are near-duplicates up to this root mean square difference, of 255. Photographs saved again as JPEG of
quality 50 or more, or at half the size, came to 5.1 at most; no two of the shipped digits are nearer than 10.6."""

BLOCKS = 8
ROWS, PAIRS, PICTURES = 512, 100_000, 256
"""So many are compared with all others, or with one another, at once."""


def groups_of(inputs: np.ndarray | Sequence[str]) -> np.ndarray:
    """The group of each text or picture, named after its first member: [examples] of row numbers.

    An example that has no near-duplicate is a group of its own. Whatever a chain of near-duplicates connects is one
    group.
    """
    return picture_groups(inputs) if isinstance(inputs, np.ndarray) else text_groups(inputs)


def grouped(groups: np.ndarray) -> int:
    """How many examples have a near-duplicate."""
    sizes = np.bincount(groups)
    return int(sizes[sizes > 1].sum())


def keep_together(splits: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Splits in which every group is whole, with as many examples of each class as before where the groups allow it.

    Each group goes where its first member was, or to the next split with room for it: from test to validation to
    training, which takes what fits nowhere else. Examples without near-duplicates then fill the room that is left.
    Where there are no groups, nothing changes.

    Args:
        splits: 0 (train), 1 (validation) or 2 (test), [examples].
        labels: Class numbers [examples].
        groups: As :func:`groups_of` gives them.
        seed: Of the order in which groups of equal rights are placed.

    Returns:
        Split numbers [examples].
    """
    classes = labels.max(initial=0) + 1
    members: dict[int, list[int]] = {}
    for row, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(row)
    wanted = [np.bincount(labels[splits == number], minlength=classes) for number in range(3)]
    placed = np.zeros_like(wanted)
    whole = np.zeros_like(splits)
    order = np.random.default_rng(seed).permutation(len(splits))
    order = order[np.argsort(-splits[order], kind="stable")]
    for rows in (members[row] for row in order.tolist() if row in members):
        more = np.bincount(labels[rows], minlength=classes)
        number = next((n for n in (2, 1) if has_room(wanted[n], placed[n], more)), 0)
        placed[number] += more
        whole[rows] = number
    return whole


def has_room(wanted: np.ndarray, placed: np.ndarray, more: np.ndarray) -> bool:
    """Whether a split may take so many more examples of each class, [classes].

    The first group of a class need only fit by more than half: a class of few large groups would have no test examples
    otherwise.
    """
    fits = np.where(placed == 0, more < 2 * wanted, placed + more <= wanted)
    return bool(fits[more > 0].all())


# -- texts


def words_of(text: str) -> set[str]:
    """The different words of a text: runs of letters, digits and underscores, without regard to capitals."""
    return set(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def text_groups(texts: Sequence[str]) -> np.ndarray:
    """The groups of texts, as :func:`groups_of` names them; every pair of near-duplicates is found.

    Two sets that are similar enough share a word among the rarest few of each, so only such pairs are looked at
    (Chaudhuri, Ganti and Kaushik 2006), and of those only the pairs that can still share enough words (Xiao, Wang, Lin
    and Yu 2008, "Efficient similarity joins for near duplicate detection").
    """
    words, groups = word_matrix(texts), np.arange(len(texts))
    sizes = np.diff(words.indptr)
    rarest = sizes - np.ceil(NEAR_WORDS * sizes - 1e-9).astype(int) + (sizes > 0)
    position = np.arange(words.nnz) - np.repeat(words.indptr[:-1], sizes)
    rare = words.copy()
    rare.data[position >= np.repeat(rarest, sizes)] = 0
    rare.eliminate_zeros()
    last = np.zeros(len(texts), dtype=int)
    last[sizes > 0] = rare.indices[rare.indptr[1:][sizes > 0] - 1]
    columns = rare.T.tocsr()
    for first in range(0, len(texts), ROWS):
        shared = (rare[first : first + ROWS] @ columns).tocoo()
        a, b = shared.row + first, shared.col
        needed = NEAR_WORDS / (1 + NEAR_WORDS) * (sizes[a] + sizes[b]) - 1e-9
        beyond = np.where(last[a] <= last[b], sizes[a] - rarest[a], sizes[b] - rarest[b])
        possible = (a < b) & (groups[a] != groups[b]) & (np.minimum(sizes[a], sizes[b]) >= needed)
        possible &= shared.data + beyond >= needed
        for some, others in in_parts(a[possible], b[possible], PAIRS):
            both = np.asarray(words[some].multiply(words[others]).sum(axis=1)).ravel()
            near = both / (sizes[some] + sizes[others] - both) >= NEAR_WORDS
            groups = joined(groups, some[near], others[near])
    return groups


def word_matrix(texts: Sequence[str]) -> Any:
    """Which text has which word: a sparse matrix [texts, words] of ones, the rarest word in the first column."""
    from scipy.sparse import csr_matrix  # inside: the web process counts groups, and never looks for them

    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(word, len(numbers)) for word in words_of(text)] for text in texts]
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    rank = np.empty(len(numbers), dtype=np.int64)
    rank[np.argsort(np.bincount(columns, minlength=len(numbers)), kind="stable")] = np.arange(len(numbers))
    ends = np.cumsum([0, *map(len, rows)])
    matrix = csr_matrix((np.ones(len(columns)), rank[columns], ends), shape=(len(texts), len(numbers)))
    matrix.sort_indices()
    return matrix


# -- pictures


def picture_groups(pictures: np.ndarray) -> np.ndarray:
    """The groups of pictures [examples, height, width, 3] of 0..255; every pair of near-duplicates is found.

    The means over blocks of pixels differ at most as much as the pixels do (Jensen's inequality), so only pairs whose
    means are near are looked at. Rows and columns that do not fill a block are left out of the means, and all that
    they may hide is allowed for.
    """
    count, height, width, colours = pictures.shape
    groups = np.arange(count)
    rows, columns = (length - length % BLOCKS or length for length in (height, width))
    down, across = gcd(rows, BLOCKS), gcd(columns, BLOCKS)  # blocks of equal size, or the means say less
    shape = (count, down, rows // down, across, columns // across, colours)
    means = pictures[:, :rows, :columns].reshape(shape).mean(axis=(2, 4)).reshape(count, down * across * colours)
    nearest = (NEAR_PIXELS**2 * height * width / (rows * columns) + 1e-3) * means.shape[1]
    squares = (means**2).sum(axis=1)
    for first in range(0, count, ROWS):
        distances = squares[first : first + ROWS, None] + squares - 2 * means[first : first + ROWS] @ means.T
        a, b = np.nonzero(distances <= nearest)
        a += first
        possible = (a < b) & (groups[a] != groups[b])
        for some, others in in_parts(a[possible], b[possible], PICTURES):
            difference = pictures[some].astype(np.float32) - pictures[others]
            near = np.sqrt((difference**2).mean(axis=(1, 2, 3))) <= NEAR_PIXELS
            groups = joined(groups, some[near], others[near])
    return groups


# -- both


def in_parts(a: np.ndarray, b: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Both arrays in parts of equal length, for what is computed of each pair takes memory."""
    for start in range(0, len(a), size):
        yield a[start : start + size], b[start : start + size]


def joined(groups: np.ndarray, some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The groups once every pair (``some[i]``, ``others[i]``) is in one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(some):
        return groups
    rows = np.arange(len(groups))
    ends = (np.concatenate([rows, some]), np.concatenate([groups, others]))
    links = coo_matrix((np.ones(len(ends[0])), ends), shape=(len(groups), len(groups)))
    _, component = connected_components(links, directed=False)
    _, first, number = np.unique(component, return_index=True, return_inverse=True)
    return first[number]


if __name__ == "__main__":
    json.dump(text_groups(json.load(sys.stdin)).tolist(), sys.stdout)
