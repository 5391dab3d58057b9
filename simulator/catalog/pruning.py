"""What exists in pruning: patterns, importances, scopes and schedules, and which go together. Plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.catalog.model_info import Kind

ChannelPart = Literal["layers", "norms"]


@dataclass(frozen=True)
class MethodInfo:
    """A choice in the Lab with the sentence that explains it."""

    name: str
    title: str
    help: str


@dataclass(frozen=True)
class ImportanceInfo(MethodInfo):
    """An importance, and what it needs.

    Attributes:
        scores_layers_only: Whether it scores the weights of linear and convolution layers and no other part of a model.
        channel_parts: The layers whose scores make up the score of a CNN's channel.
        needs_batch_norm: Whether it reads the scales of batch norm.
        ranks_within_rows: Whether its paper compares weights within an output row only.
        draws_units: Whether a channel, head or neuron gets a score of its own, not one made of its weights' scores.
        is_scale: Whether scores mean the same in every layer: a channel's are added up as they are, and a global
            ranking compares them as they are.
    """

    scores_layers_only: bool = False
    channel_parts: tuple[ChannelPart, ...] = ("layers", "norms")
    needs_batch_norm: bool = False
    ranks_within_rows: bool = False
    draws_units: bool = False
    is_scale: bool = False


CALIBRATION_BATCHES = 4
"""So many batches of the training examples are looked at by an importance that needs data."""

TWO_OF_FOUR_SPARSITY = 0.5
"""What 2:4 removes of every layer that it prunes, whatever sparsity is asked for."""

CUBIC_SHARE = 0.75
"""The cubic schedule reaches its target after this share of the training; then the masks hold."""

CUBIC_UPDATES = 10
"""The cubic schedule ranks anew at most so often."""

PRUNING: dict[str, MethodInfo] = {
    m.name: m
    for m in (
        MethodInfo(
            "unstructured",
            "Single weights",
            "Sets the least important weights to zero. The model keeps its shape: the zeros are still stored and "
            "multiplied.",
        ),
        MethodInfo(
            "2:4",
            "Two of every four (2:4)",
            "Of every four consecutive weights along a layer's inputs the two most important stay: half of the weights "
            "go, in a pattern that some GPUs can skip. Layers whose inputs are no multiple of four stay dense.",
        ),
        MethodInfo(
            "structured",
            "Whole channels, heads or neurons",
            "Cuts whole channels out of a CNN, and neurons and attention heads out of a transformer: "
            "the model really gets smaller.",
        ),
    )
}

IMPORTANCES: dict[str, ImportanceInfo] = {
    m.name: m
    for m in (
        ImportanceInfo("magnitude", "Magnitude", "The size of the weight: small weights go first."),
        ImportanceInfo(
            "random", "Random", "Drawn at random: the control that shows what ranking is worth.", draws_units=True
        ),
        ImportanceInfo("taylor", "Taylor", "Weight times gradient: how much the loss would change without the weight."),
        ImportanceInfo(
            "wanda",
            "Wanda",
            "The size of the weight times the size of the input that it multiplies.",
            scores_layers_only=True,
            channel_parts=("layers",),
            ranks_within_rows=True,
        ),
        ImportanceInfo(
            "batchnorm_scale",
            "Batch norm scale",
            "The factor by which batch normalisation multiplies a channel: weakly scaled channels go first, or of "
            "single weights those that are small once they are scaled.",
            scores_layers_only=True,
            channel_parts=("norms",),
            needs_batch_norm=True,
            is_scale=True,
        ),
    )
}

SCOPES: dict[str, MethodInfo] = {
    m.name: m
    for m in (
        MethodInfo("global", "Global", "One ranking over all layers: layers with low scores lose more."),
        MethodInfo("layer_wise", "Layer-wise", "A ranking for each layer: every layer loses the same share."),
        MethodInfo("by_hand", "By hand", "You write down what each layer loses; the others stay dense."),
    )
}

SCHEDULES: dict[str, MethodInfo] = {
    m.name: m
    for m in (
        MethodInfo(
            "one_shot", "One-shot", "All at once, then recovery: the recovered student is the pruned one, fine-tuned."
        ),
        MethodInfo(
            "iterative",
            "Iterative",
            "Prune a little, recover a little, in rounds: the recovered student comes from the distilled one that way.",
        ),
        MethodInfo(
            "cubic",
            "Cubic",
            "The distilled student loses its weights bit by bit while it recovers: many at first, ever fewer later.",
        ),
        MethodInfo(
            "lottery",
            "Lottery ticket",
            "The pruned student's masks on its initial weights, trained again from there: is the ticket a winning one?",
        ),
        MethodInfo(
            "lottery_random",
            "Lottery ticket, redrawn",
            "The lottery's control: the same masks on initial weights in random order, trained just as long.",
        ),
    )
}

ALSO_PRUNE: dict[str, str] = {name: name for name in ("embeddings", "norms", "biases", "classifier")}
"""Parts that unstructured pruning leaves alone unless it is told otherwise, each with its title."""

SCHEDULES_FOR: dict[str, tuple[str, ...]] = {
    "unstructured": ("one_shot", "iterative", "cubic", "lottery", "lottery_random"),
    "2:4": ("one_shot", "lottery", "lottery_random"),
    "structured": ("one_shot", "iterative"),
}

WHY_NOT: dict[str, str] = {
    "2:4": "2:4 has one sparsity only, so nothing can be raised step by step",
    "structured": "what is cut out leaves no mask behind that could grow or be kept",
}
"""Why a pattern does not have every schedule."""

SCOPES_FOR: dict[str, tuple[str, ...]] = {
    "unstructured": ("global", "layer_wise", "by_hand"),
    "2:4": ("global", "layer_wise"),
    "structured": ("global", "layer_wise"),
}

NEED_RECOVERY = ("iterative", "cubic")
"""Schedules that prune while the student recovers."""

TRAIN_AGAIN = ("lottery", "lottery_random")
"""Schedules that train from the start, for as many epochs as the distillation, in place of recovery."""


def importances_for(kind: Kind, pruning: str) -> tuple[str, ...]:
    """The importances that make sense for a kind of model and a pattern."""
    scaled = kind == "image" and pruning != "2:4"
    return tuple(info.name for info in IMPORTANCES.values() if scaled or not info.needs_batch_norm)
