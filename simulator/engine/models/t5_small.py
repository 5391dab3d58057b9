"""T5-small (Raffel et al. 2020, arXiv:1910.10683): text in, a label word out."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import T5Config, T5ForConditionalGeneration

from simulator.engine.host.weights import Weights
from simulator.engine.models.text import MAX_TOKENS, copy_layers, lines, pad
from simulator.errors import SimulatorError
from simulator.host.paths import write_whole

CLASSIFIER: tuple[str, ...] = ()
TOKENIZER_FILE = "spiece.model"
PAD, END, UNKNOWN = 0, 1, 2
LARGEST_VOCABULARY = 32_000


def build_teacher(num_classes: int, weights: Weights, seed: int) -> nn.Module:
    """The published architecture, full size, with published or random weights. The classes are words
    of its vocabulary, so nothing is added for them; ``make_encoder`` says which.

    Args:
        num_classes: Not used: a text-to-text model has no classifier.
        weights: Published weights (a folder with config.json and model.safetensors), or from scratch.
        seed: Decides the random weights.
    """
    torch.manual_seed(seed)
    if weights.folder is None:
        return T5ForConditionalGeneration(published_config())
    return T5ForConditionalGeneration.from_pretrained(
        weights.folder, use_safetensors=True, local_files_only=True, dtype=torch.float32
    )


def published_config() -> T5Config:
    """T5-small as published: 6 + 6 layers of width 512, 8 heads of 64, feed-forward 2048."""
    return T5Config(
        vocab_size=32_128, d_model=512, d_kv=64, d_ff=2048, num_layers=6, num_heads=8, decoder_start_token_id=PAD
    )


def build_student(teacher: nn.Module, size: float, seed: int) -> nn.Module:
    """A T5 of ``size`` encoder and decoder layers: the teacher's embeddings and evenly spaced layers.

    The first layer of each stack is always copied: it holds the relative position biases of all.
    """
    torch.manual_seed(seed)
    layers = {"num_layers": int(size), "num_decoder_layers": int(size)}
    student = T5ForConditionalGeneration(T5Config(**{**teacher.config.to_dict(), **layers}))
    student.shared.load_state_dict(teacher.shared.state_dict())
    for mine, theirs in ((student.encoder, teacher.encoder), (student.decoder, teacher.decoder)):
        copy_layers(theirs.block, mine.block)
        mine.final_layer_norm.load_state_dict(theirs.final_layer_norm.state_dict())
    return student


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
    """The first token of each label word: what the decoder is asked to say at its first position.

    Raises:
        SimulatorError: if two words begin with the same token, for then they cannot be told apart.
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
        train_inputs: Texts to train a tokenizer on where no published one is loaded.
        label_words: A word a class.
        weights: With published weights comes their tokenizer.
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


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """What :func:`portable.build` needs: the configuration as transformers writes it."""
    return model.config.to_dict()


def logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Class logits, [batch, classes]: the decoder's logits of the label words at its first position.

    Only the label words' rows of the output matrix are multiplied; the result is that of
    ``model(...).logits[:, 0, label_ids]``.
    """
    mask = batch["attention_mask"]
    encoded = model.encoder(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state
    start = torch.full((len(mask), 1), PAD, device=mask.device)
    decoded = model.decoder(
        input_ids=start, encoder_hidden_states=encoded, encoder_attention_mask=mask, use_cache=False
    ).last_hidden_state[:, 0]  # [batch, d_model]
    decoded = decoded * model.config.d_model**-0.5  # as T5 does where input and output embeddings are tied
    return F.linear(decoded, model.lm_head.weight[batch["label_ids"][0]])


def exported_call(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """The same logits as the README of an export has them: the whole vocabulary's rows are multiplied, then a few kept.

    This is what MACs and latency are of. Training and answering take the short way of :func:`logits`.
    """
    start = torch.full((len(batch["input_ids"]), 1), PAD, device=batch["input_ids"].device)
    out = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], decoder_input_ids=start)
    return out.logits[:, 0, batch["label_ids"][0]]


@torch.no_grad()
def generate(
    model: nn.Module, batch: dict[str, Tensor], tokenizer: sentencepiece.SentencePieceProcessor, tokens: int
) -> list[str]:
    """What the model writes, greedily, at most ``tokens`` tokens: it was not taught when to stop."""
    out = model.generate(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=tokens, do_sample=False
    )
    return [tokenizer.decode([t for t in row if t not in (PAD, END) and t < len(tokenizer)]) for row in out.tolist()]
