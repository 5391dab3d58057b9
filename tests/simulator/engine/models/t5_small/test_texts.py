"""Sentencepiece as it is trained here: every label word is one piece, and no two begin alike."""

from __future__ import annotations

import pytest

from simulator.data import own_data
from simulator.data.uploads.classes import CLASSES
from simulator.engine.models.t5_small import texts as t5_small
from simulator.engine.models.t5_small.texts import label_token_ids, load_tokenizer, train_tokenizer
from simulator.engine.models.text import MAX_TOKENS
from simulator.engine.models.weights import find
from tests.simulator.engine.models.sentences import TEXTS, WORDS


def test_sentencepiece_makes_every_label_word_one_piece(tmp_path):
    encode = t5_small.make_encoder(TEXTS, WORDS, find("t5_small", "scratch"), tmp_path, 32)
    tokenizer = t5_small.load_tokenizer(tmp_path / t5_small.TOKENIZER_FILE)
    for word in WORDS:
        assert tokenizer.decode(tokenizer.encode(word)) == word
        assert len(tokenizer.encode(word)) == 1
    batch = encode(["The old film was dull"])
    assert batch["label_ids"].tolist() == [[tokenizer.encode(word)[0] for word in WORDS]]
    ids = batch["input_ids"][0].tolist()
    assert ids[-1] == t5_small.END
    assert tokenizer.decode(ids[:-1]) == "The old film was dull"


def test_label_words_that_begin_alike_are_refused(tmp_path):
    t5_small.make_encoder(TEXTS, WORDS, find("t5_small", "scratch"), tmp_path, 32)
    tokenizer = t5_small.load_tokenizer(tmp_path / t5_small.TOKENIZER_FILE)
    with pytest.raises(t5_small.SimulatorError, match="same token"):
        t5_small.label_token_ids(tokenizer, ["films", "films"])


def test_label_words_begin_with_different_tokens_whatever_the_texts(tmp_path) -> None:
    assert len({word[0] for word in own_data.LABEL_WORDS}) == 20 == CLASSES[1]
    for number, sentence in enumerate(
        ("apple ball cats dogs eggs", "\u732b\u306f\u4e18\u3092 \u8d8a\u3048\u305f", "Der Hund lief")
    ):
        file = tmp_path / f"{number}.model"
        train_tokenizer([f"{sentence} {i}" for i in range(150)], own_data.LABEL_WORDS, file)
        assert len(set(label_token_ids(load_tokenizer(file), own_data.LABEL_WORDS))) == 20


def test_a_text_is_cut_before_its_end(tmp_path):
    encode = t5_small.make_encoder(TEXTS, WORDS, find("t5_small", "scratch"), tmp_path, 32)
    batch = encode(["old film " * 1000, "old"])
    assert batch["input_ids"].shape == (2, MAX_TOKENS)
    assert batch["input_ids"][0, -1] == t5_small.END
