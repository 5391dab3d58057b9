"""DistilBERT (Sanh et al. 2019, arXiv:1910.01108) as a sentence classifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import BertWordPieceTokenizer, Tokenizer
from torch import Tensor, nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from simulator.engine.host.weights import Weights
from simulator.engine.models.text import MAX_TOKENS, copy_layers, lines, pad
from simulator.host.paths import write_whole

CLASSIFIER = ("pre_classifier", "classifier")
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
TOKENIZER_FILE = "tokenizer.json"


def build_teacher(num_classes: int, weights: Weights, seed: int) -> nn.Module:
    """The published architecture, full size, with published or random weights and a new classifier.

    Args:
        num_classes: Number of classes C.
        weights: Published weights (a folder with config.json and model.safetensors), or from scratch.
        seed: Decides the random weights.
    """
    torch.manual_seed(seed)
    if weights.folder is None:
        return DistilBertForSequenceClassification(DistilBertConfig(num_labels=num_classes))
    return DistilBertForSequenceClassification.from_pretrained(
        weights.folder, num_labels=num_classes, use_safetensors=True, local_files_only=True, dtype=torch.float32
    )


def build_student(teacher: nn.Module, size: float, seed: int) -> nn.Module:
    """A DistilBERT of ``size`` layers: the teacher's embeddings, classifier and evenly spaced layers."""
    torch.manual_seed(seed)
    config = DistilBertConfig(**{**teacher.config.to_dict(), "n_layers": int(size)})
    student = DistilBertForSequenceClassification(config)
    student.distilbert.embeddings.load_state_dict(teacher.distilbert.embeddings.state_dict())
    copy_layers(teacher.distilbert.transformer.layer, student.distilbert.transformer.layer)
    student.pre_classifier.load_state_dict(teacher.pre_classifier.state_dict())
    student.classifier.load_state_dict(teacher.classifier.state_dict())
    return student


def train_tokenizer(texts: Sequence[str], file: Path) -> None:
    """Train WordPiece on the training split only and write it as JSON; fewer entries than the model's vocabulary.

    Equal texts give equal tokenizers. The trainer numbers the letters within words ("##a") in an order
    that differs from process to process, and breaks ties by those numbers; so they are given beforehand.
    """
    texts = lines(texts)
    inside = sorted({f"##{letter}" for text in texts for letter in text.lower() if not letter.isspace()})
    trainer = BertWordPieceTokenizer(lowercase=True)
    trainer.train_from_iterator(
        texts, vocab_size=30_522, min_frequency=2, show_progress=False, special_tokens=[*SPECIAL_TOKENS, *inside]
    )
    # made anew from the vocabulary, because only then it puts [CLS] before a text and [SEP] after it
    write_whole(file, BertWordPieceTokenizer(trainer.get_vocab(), lowercase=True).to_str().encode())


def make_encoder(
    train_inputs: Sequence[str], label_words: Sequence[str], weights: Weights, folder: Path, image_size: int
) -> Callable[[Sequence[str]], dict[str, Tensor]]:
    """A function from texts to ``input_ids`` and ``attention_mask``, [examples, tokens].

    Args:
        train_inputs: Texts to train a tokenizer on where no published one is loaded.
        label_words: Not used by this model.
        weights: With published weights comes their tokenizer.
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


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """What :func:`portable.build` needs: the configuration as transformers writes it."""
    return model.config.to_dict()


def logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Class logits, [batch, classes]."""
    out: Tensor = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return out


exported_call = logits
"""What MACs and latency are of: the call in the README of an export."""
