"""The glossary."""

from __future__ import annotations

import pytest

from simulator.events import VARIANTS
from ui.words import glossary


def test_entries_stand_in_the_order_asked_for_each_with_its_word() -> None:
    assert glossary.entries("nats", "mask") == (
        f"**nats**: {glossary.GLOSSARY['nats']}\n\n**mask**: {glossary.GLOSSARY['mask']}"
    )
    assert glossary.entries() == ""


def test_a_word_that_is_not_explained_is_an_error() -> None:
    with pytest.raises(KeyError):
        glossary.entries("no such word")


def test_every_variant_is_explained_and_every_entry_is_a_sentence() -> None:
    assert set(VARIANTS) <= set(glossary.GLOSSARY)
    for meaning in glossary.GLOSSARY.values():
        assert meaning[0].isupper() or meaning.startswith(("softmax", "ln"))
        assert meaning.rstrip()[-1] in ".)"
