"""The network: how it is built and made smaller, and where its parts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from torch import Tensor, nn
from transformers import T5Config, T5ForConditionalGeneration

from simulator.engine.models.base import Weights
from simulator.engine.models.places import Attention, FeaturePlaces, FeedForward, Look, Units
from simulator.engine.models.t5_small.texts import PAD, TOKENIZER_FILE
from simulator.engine.models.text import check_network, check_tokenizer, copy_layers


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


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """For :func:`~simulator.engine.models.t5_small.structure.build`: the configuration as transformers writes it."""
    return model.config.to_dict()


def units(model: nn.Module) -> Units:
    """The feed-forward layers and the attentions of both stacks."""
    blocks = [*model.encoder.block, *model.decoder.block]
    feed_forward = [FeedForward(b.layer[-1].DenseReluDense.wi, b.layer[-1].DenseReluDense.wo) for b in blocks]
    attention = []
    for stack in (model.encoder, model.decoder):
        # the first layer's relative position bias serves every layer of the stack, so all lose the same heads
        own = [b.layer[0].SelfAttention for b in stack.block]
        attention.append(sharing_heads(own, own[0].relative_attention_bias))
    # T5 passes one (zero) bias through the decoder's layers too: they must keep equally many heads, but not the same
    attention += [sharing_heads([b.layer[1].EncDecAttention], None) for b in model.decoder.block]
    return feed_forward, attention


def sharing_heads(modules: Sequence[nn.Module], position_bias: nn.Embedding | None) -> Attention:
    """Attentions that lose the same heads."""
    inner = [layer for m in modules for layer in (m.q, m.k, m.v)]
    return Attention(inner, [m.o for m in modules], modules[0].key_value_proj_dim, position_bias, modules)


def feature_places(model: nn.Module) -> FeaturePlaces:
    """The encoder's layers, and the norm that the decoder ends with: it reads the first position."""
    first, width = model.encoder.block[0].layer[0].SelfAttention, model.config.d_kv

    def scores(query: Tensor, key: Tensor) -> Tensor:  # not scaled, and with a bias for the distance
        tokens = query.shape[2]
        bias = first.compute_bias(tokens, tokens, device=query.device).float()
        return query @ key.transpose(2, 3) + bias

    attentions = [block.layer[0].SelfAttention for block in model.encoder.block]
    looks = [Look(a.q, a.k, width, scores) for a in attentions]
    return FeaturePlaces(list(model.encoder.block), model.decoder.final_layer_norm, looks)


def check_files(files: Mapping[str, Path]) -> None:
    """Whether published files open and belong to this architecture and to each other.

    Raises:
        Unusable: if they do not.
    """
    vocabulary = check_network(files, T5Config, T5ForConditionalGeneration)
    opened = sentencepiece.SentencePieceProcessor
    check_tokenizer(files[TOKENIZER_FILE], lambda file: opened(model_file=file).get_piece_size(), vocabulary)
