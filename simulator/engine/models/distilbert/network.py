"""The network: how it is built and made smaller, and where its parts are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification, DistilBertModel

from simulator.engine.models.base import Weights
from simulator.engine.models.distilbert.texts import TOKENIZER_FILE
from simulator.engine.models.places import Attention, FeaturePlaces, FeedForward, Look, Units
from simulator.engine.models.text import check_network, check_tokenizer, copy_layers


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


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """For :func:`~simulator.engine.models.distilbert.structure.build`: the configuration as transformers writes it."""
    return model.config.to_dict()


def units(model: nn.Module) -> Units:
    """The feed-forward layers, and each layer's attention."""
    layers, width = model.distilbert.transformer.layer, head_width(model)
    attentions = [layer.attention for layer in layers]
    return [FeedForward(layer.ffn.lin1, layer.ffn.lin2) for layer in layers], [
        Attention([a.q_lin, a.k_lin, a.v_lin], [a.out_lin], width) for a in attentions
    ]


def feature_places(model: nn.Module) -> FeaturePlaces:
    """Every layer, and the layer before the classifier."""
    layers, width = model.distilbert.transformer.layer, head_width(model)
    attentions = [layer.attention for layer in layers]
    looks = [Look(a.q_lin, a.k_lin, width, lambda q, k: q @ k.transpose(2, 3) / width**0.5) for a in attentions]
    return FeaturePlaces(list(layers), model.pre_classifier, looks)


def head_width(model: nn.Module) -> int:
    """The dimensions of a head; pruning does not change the width of those it leaves."""
    width: int = model.config.dim // model.config.n_heads
    return width


def check_files(files: Mapping[str, Path]) -> None:
    """Whether published files open and belong to this architecture and to each other; the classifier is trained here.

    Raises:
        Unusable: if they do not.
    """
    vocabulary = check_network(files, DistilBertConfig, DistilBertModel, "distilbert.")
    check_tokenizer(files[TOKENIZER_FILE], lambda file: Tokenizer.from_file(file).get_vocab_size(), vocabulary)
