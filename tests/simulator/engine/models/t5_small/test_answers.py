"""T5's answer: logits of the label words at its first position, by the short way; and words."""

from __future__ import annotations

import torch

from simulator.engine.models import MODULES
from simulator.engine.models.t5_small import answers
from simulator.engine.models.t5_small.answers import logits
from simulator.engine.models.t5_small.texts import load_tokenizer, train_tokenizer
from simulator.engine.models.text import MAX_TOKENS
from tests.simulator.engine.models.sentences import TEXTS, WORDS
from tests.small_models import small_t5, token_batch


def test_t5s_class_logits_are_its_own_logits_of_the_label_words():
    model, batch = small_t5(), token_batch()
    start = torch.zeros(3, 1, dtype=torch.long)
    with torch.no_grad():
        whole = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], decoder_input_ids=start)
        assert torch.allclose(logits(model, batch), whole.logits[:, 0, 10:13], atol=1e-6)


def test_t5s_decoder_makes_no_key_of_any_token():
    model, batch, keys = small_t5(), token_batch(), []
    model.decoder.block[0].layer[1].EncDecAttention.k.register_forward_hook(lambda *x: keys.append(x[2].shape[1]))
    MODULES["t5_small"].answering_logits(model, batch)
    assert keys == []
    MODULES["t5_small"].logits(model, batch)
    assert keys == [7]


def test_the_exported_call_multiplies_the_whole_vocabulary_and_keeps_the_same_logits():
    model, batch, rows = small_t5(), token_batch(), []
    model.lm_head.register_forward_hook(lambda *x: rows.append(x[2].shape[-1]))
    torch.testing.assert_close(answers.exported_call(model, batch), logits(model, batch))
    assert rows == [50]


def test_it_writes_as_many_tokens_as_the_longest_label_word_has(tmp_path):
    file = tmp_path / "spiece.model"
    train_tokenizer(TEXTS, WORDS, file)
    tokenizer, asked = load_tokenizer(file), []
    model, batch = small_t5(), token_batch()
    model.register_forward_pre_hook(lambda *_: asked.append(1))
    written = answers.written(model, batch, file.read_bytes(), WORDS)
    assert len(written) == 3
    assert len(asked) <= max(len(tokenizer.encode(word)) for word in WORDS) == 1
    assert answers.generate(model, batch, tokenizer, 1) == written


def test_the_example_of_the_readme_asks_for_the_label_words():
    usage = MODULES["t5_small"].usage(("bad", "good"), 32)
    assert "words = ['bad', 'good']" in usage and f"[: {MAX_TOKENS} - 1]" in usage
    compile(usage, "README", "exec")
