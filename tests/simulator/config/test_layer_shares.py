"""Sparsity by layer: from a mapping or a text to shares, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.config.layer_shares import HIGHEST, as_text, parse, tidy

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z_0-9.]{0,40}", fullmatch=True)
SHARES = st.dictionaries(NAMES, st.floats(0, HIGHEST).map(lambda share: round(share, 3)), max_size=6)


@given(SHARES)
def test_shares_come_back_from_their_text(shares: dict[str, float]) -> None:
    text = as_text(shares)
    assert parse(text) == shares
    assert tidy(tidy(text)) == tidy(text)


def test_blanks_and_empty_entries_are_no_shares() -> None:
    assert parse(" conv1.weight = 0.50 ,, fc.weight=0 ,") == {"conv1.weight": 0.5, "fc.weight": 0.0}
    assert tidy("conv1.weight = 0.50,") == "conv1.weight=0.5"
    assert parse("") == {} and as_text("as it is") == "as it is"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conv1.weight", "is not NAME=SHARE"),
        ("conv1.weight=half", "is not NAME=SHARE"),
        ("=0.5", "a weight's name"),
        ("conv 1=0.5", "a weight's name"),
        ("conv1=0.951", "0 to 0.95"),
        ("conv1=-0.1", "0 to 0.95"),
        ("conv1=nan", "0 to 0.95"),
        ("conv1=0.5, conv1=0.4", "named twice"),
    ],
)
def test_what_is_no_share_is_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text)
