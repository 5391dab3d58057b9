"""WordPiece as it is trained here: really used, and padded."""

from __future__ import annotations

from tokenizers import Tokenizer

from simulator.engine.models.distilbert import texts as distilbert
from simulator.engine.models.text import MAX_TOKENS
from simulator.engine.models.weights import find
from tests.simulator.engine.models.sentences import TEXTS, WORDS


def test_wordpiece_ids_and_padding(tmp_path):
    encode = distilbert.make_encoder(TEXTS, WORDS, find("distilbert", "scratch"), tmp_path, 32)
    batch = encode(["The old film", "Never seen before: zzz"])
    assert batch["input_ids"].shape == batch["attention_mask"].shape
    assert batch["attention_mask"].sum(1).tolist() == [(row != 0).sum().item() for row in batch["input_ids"]]
    tokenizer = Tokenizer.from_file(str(tmp_path / distilbert.TOKENIZER_FILE))
    for row, mask in zip(batch["input_ids"], batch["attention_mask"], strict=True):
        ids = row[mask == 1].tolist()
        assert (ids[0], ids[-1]) == (tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]"))
    again = distilbert.make_encoder([], WORDS, find("distilbert", "scratch"), tmp_path, 32)  # from the file
    assert again(["The old film"])["input_ids"][0].tolist() == batch["input_ids"][0][:5].tolist()


def test_a_text_is_cut_at_the_longest_that_is_read(tmp_path):
    encode = distilbert.make_encoder(TEXTS, WORDS, find("distilbert", "scratch"), tmp_path, 32)
    assert encode(["old film " * 1000, "old"])["input_ids"].shape == (2, MAX_TOKENS)
