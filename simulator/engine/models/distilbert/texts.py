"""From texts to tokens: WordPiece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer
from torch import Tensor

from simulator.engine.models.base import Weights
from simulator.engine.models.text import MAX_TOKENS, lines, pad
from simulator.host.paths import write_whole

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
TOKENIZER_FILE = "tokenizer.json"


def train_tokenizer(texts: Sequence[str], file: Path) -> None:
    """Train WordPiece on the training split only and write it as JSON; fewer entries than the model's vocabulary.

    Equal texts give equal tokenizers. The trainer numbers the letters within words ("##a") in an order
    that differs from process to process, and breaks ties by those numbers; so the letters are given beforehand.
    """
    texts = lines(texts)
    inside = sorted({f"##{letter}" for text in texts for letter in text.lower() if not letter.isspace()})
    trainer = BertWordPieceTokenizer(lowercase=True)
    trainer.train_from_iterator(
        texts, vocab_size=30_522, min_frequency=2, show_progress=False, special_tokens=[*SPECIAL_TOKENS, *inside]
    )
    # made anew from the vocabulary, because only then does it put [CLS] before a text and [SEP] after it
    write_whole(file, BertWordPieceTokenizer(trainer.get_vocab(), lowercase=True).to_str().encode())


def make_encoder(
    train_inputs: Sequence[str], label_words: Sequence[str], weights: Weights, folder: Path, image_size: int
) -> Callable[[Sequence[str]], dict[str, Tensor]]:
    """A function from texts to ``input_ids`` and ``attention_mask``, [examples, tokens].

    Args:
        train_inputs: Texts to train a tokenizer on if no published one is loaded.
        label_words: Not used by this model.
        weights: Published weights bring their tokenizer.
        folder: Where a tokenizer trained here is kept.
        image_size: Not used by this model.
    """
    file = (weights.folder or folder) / TOKENIZER_FILE
    if not file.exists():
        train_tokenizer(train_inputs, file)
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    pad_id = tokenizer.token_to_id("[PAD]")

    def encode(texts: Sequence[str]) -> dict[str, Tensor]:
        return pad([e.ids for e in tokenizer.encode_batch(lines(texts))], pad_id)

    return encode
