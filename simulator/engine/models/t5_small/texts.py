"""From texts to tokens: sentencepiece."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import sentencepiece
import torch
from torch import Tensor

from simulator.engine.models.base import Weights
from simulator.engine.models.text import MAX_TOKENS, lines, pad
from simulator.errors import SimulatorError
from simulator.host.paths import write_whole

TOKENIZER_FILE = "spiece.model"
PAD, END, UNKNOWN = 0, 1, 2
LARGEST_VOCABULARY = 32_000


def train_tokenizer(texts: Sequence[str], label_words: Sequence[str], file: Path) -> None:
    """Train sentencepiece (unigram) on the training split only, with every label word as one piece."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines(texts)),
        model_writer=model,
        vocab_size=LARGEST_VOCABULARY,
        hard_vocab_limit=False,
        user_defined_symbols=[f"\N{LOWER ONE EIGHTH BLOCK}{word}" for word in label_words],
        pad_id=PAD,
        eos_id=END,
        unk_id=UNKNOWN,
        bos_id=-1,
        minloglevel=2,
    )
    write_whole(file, model.getvalue())


def load_tokenizer(file: Path) -> sentencepiece.SentencePieceProcessor:
    """The tokenizer in ``file``."""
    return sentencepiece.SentencePieceProcessor(model_file=str(file))


def label_token_ids(tokenizer: sentencepiece.SentencePieceProcessor, label_words: Sequence[str]) -> list[int]:
    """The first token of each label word, which the decoder is trained to write at its first position.

    Raises:
        SimulatorError: if two words begin with the same token, so that they cannot be told apart.
    """
    ids = [tokenizer.encode(word)[0] for word in label_words]
    if len(set(ids)) != len(ids):
        raise SimulatorError(
            f"Two of the label words {list(label_words)} begin with the same token.", "Choose other words."
        )
    return ids


def make_encoder(
    train_inputs: Sequence[str], label_words: Sequence[str], weights: Weights, folder: Path, image_size: int
) -> Callable[[Sequence[str]], dict[str, Tensor]]:
    """A function from texts to ``input_ids`` and ``attention_mask`` [examples, tokens], and the label
    words' token ids as ``label_ids`` [examples, classes] (the same row for every example).

    Args:
        train_inputs: Texts to train a tokenizer on if no published one is loaded.
        label_words: A word for each class.
        weights: Published weights bring their tokenizer.
        folder: Where a tokenizer trained here is kept.
        image_size: Not used by this model.
    """
    file = (weights.folder or folder) / TOKENIZER_FILE
    if not file.exists():
        train_tokenizer(train_inputs, label_words, file)
    tokenizer = load_tokenizer(file)
    label_ids = torch.tensor(label_token_ids(tokenizer, label_words))

    def encode(texts: Sequence[str]) -> dict[str, Tensor]:
        batch = pad([[*ids[: MAX_TOKENS - 1], END] for ids in tokenizer.encode(lines(texts))], PAD)
        return {**batch, "label_ids": label_ids.expand(len(texts), -1)}

    return encode
