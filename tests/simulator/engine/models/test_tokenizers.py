"""Tokenizers trained here: equal in every process, from the training split only, and really used."""

import subprocess
import sys

import pytest
from tokenizers import Tokenizer

from simulator.engine.models.distilbert import texts as distilbert
from simulator.engine.models.t5_small import texts as t5_small
from simulator.engine.models.weights import find

TEXTS = [f"The {a} {b} was {c}, wasn't it? {d}!" for a in ("old", "new") for b in ("film", "soup", "phone")
         for c in ("dull", "delightful") for d in ("Never again", "Wonderful", "Snorkelling")]  # fmt: skip
WORDS = ("films", "food")

TRAIN = """
import sys
from pathlib import Path
from simulator.engine.models.distilbert import texts as distilbert
from simulator.engine.models.t5_small import texts as t5_small
from tests.simulator.engine.models.test_tokenizers import TEXTS, WORDS
distilbert.train_tokenizer(TEXTS, Path(sys.argv[1]) / "tokenizer.json")
t5_small.train_tokenizer(TEXTS, WORDS, Path(sys.argv[1]) / "spiece.model")
"""


def test_equal_texts_give_equal_tokenizers_in_every_process(tmp_path):
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        subprocess.run([sys.executable, "-c", TRAIN, tmp_path / name], check=True, capture_output=True)
    for file in ("tokenizer.json", "spiece.model"):
        assert len({(tmp_path / name / file).read_bytes() for name in ("one", "two", "three")}) == 1


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


def test_t5s_class_logits_are_its_own_logits_of_the_label_words():
    import torch

    from simulator.engine.models.t5_small.answers import logits
    from tests.small_models import small_t5, token_batch

    model, batch = small_t5(), token_batch()
    start = torch.zeros(3, 1, dtype=torch.long)
    with torch.no_grad():
        whole = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], decoder_input_ids=start)
        assert torch.allclose(logits(model, batch), whole.logits[:, 0, 10:13], atol=1e-6)
