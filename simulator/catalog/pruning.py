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


@dataclass(frozen=True)
class PatternInfo(MethodInfo):
    """A pattern, and what goes with it.

    Attributes:
        schedules, scopes: Those that go with it.
        why_not: Why it does not have every schedule; "" where it has.
        any_part: Whether it can prune other parts of a model than its layers.
        within_fours: Whether it ranks within every four neighbours.
        only_sparsity: What it removes of every layer that it prunes; None: what is asked for.
        removes_units: Whether channels, heads and neurons are cut out; otherwise masks set weights to zero.
    """

    schedules: tuple[str, ...]
    scopes: tuple[str, ...]
    why_not: str = ""
    any_part: bool = False
    within_fours: bool = False
    only_sparsity: float | None = None
    removes_units: bool = False


@dataclass(frozen=True)
class ScopeInfo(MethodInfo):
    """A scope of the ranking.

    Attributes:
        over_all_layers: Whether one ranking decides what each layer loses.
        by_hand: Whether what each layer loses is written down.
    """

    over_all_layers: bool = False
    by_hand: bool = False


@dataclass(frozen=True)
class ScheduleInfo(MethodInfo):
    """A schedule, and how the student is trained after or while it is pruned.

    Attributes:
        note: What its training does, for the screen.
        continues_pruned: Whether the recovered student is the pruned one, fine-tuned.
        prunes_in_recovery: Whether weights go while the student recovers.
        in_rounds: Whether the student is pruned and recovers in rounds.
        trains_again: Whether the student is trained from the start, for as many epochs as the distillation, in place
            of recovery.
    """

    note: str
    continues_pruned: bool = False
    prunes_in_recovery: bool = False
    in_rounds: bool = False
    trains_again: bool = False


CALIBRATION_BATCHES = 4
"""So many batches of the training examples are looked at by an importance that needs data."""

CUBIC_SHARE = 0.75
"""The cubic schedule reaches its target after this share of the training; then the masks hold."""

CUBIC_UPDATES = 10
"""The cubic schedule ranks anew at most so often."""

PRUNING: dict[str, PatternInfo] = {
    m.name: m
    for m in (
        PatternInfo(
            "unstructured",
            "Single weights",
            "Sets the least important weights to zero. The model keeps its shape: the zeros are still stored and "
            "multiplied.",
            schedules=("one_shot", "iterative", "cubic", "lottery", "lottery_random"),
            scopes=("global", "layer_wise", "by_hand"),
            any_part=True,
        ),
        PatternInfo(
            "2:4",
            "Two of every four (2:4)",
            "Of every four consecutive weights along a layer's inputs the two most important stay: half of the weights "
            "go, in a pattern that some GPUs can skip. Layers whose inputs are no multiple of four stay dense.",
            schedules=("one_shot", "lottery", "lottery_random"),
            scopes=("global", "layer_wise"),
            why_not="2:4 has one sparsity only, so nothing can be raised step by step",
            within_fours=True,
            only_sparsity=0.5,
        ),
        PatternInfo(
            "structured",
            "Whole channels, heads or neurons",
            "Cuts whole channels out of a CNN, and neurons and attention heads out of a transformer: "
            "the model really gets smaller.",
            schedules=("one_shot", "iterative"),
            scopes=("global", "layer_wise"),
            why_not="what is cut out leaves no mask behind that could grow or be kept",
            removes_units=True,
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

SCOPES: dict[str, ScopeInfo] = {
    m.name: m
    for m in (
        ScopeInfo(
            "global", "Global", "One ranking over all layers: layers with low scores lose more.", over_all_layers=True
        ),
        ScopeInfo("layer_wise", "Layer-wise", "A ranking for each layer: every layer loses the same share."),
        ScopeInfo("by_hand", "By hand", "You write down what each layer loses; the others stay dense.", by_hand=True),
    )
}

SCHEDULES: dict[str, ScheduleInfo] = {
    m.name: m
    for m in (
        ScheduleInfo(
            "one_shot",
            "One-shot",
            "All at once, then recovery: the recovered student is the pruned one, fine-tuned.",
            "Fine-tuning what is left",
            continues_pruned=True,
        ),
        ScheduleInfo(
            "iterative",
            "Iterative",
            "Prune a little, recover a little, in rounds: the recovered student comes from the distilled one that way.",
            "Pruning and fine-tuning the distilled student in rounds",
            prunes_in_recovery=True,
            in_rounds=True,
        ),
        ScheduleInfo(
            "cubic",
            "Cubic",
            "The distilled student loses its weights bit by bit while it recovers: many at first, ever fewer later.",
            "Pruning the distilled student bit by bit while it is fine-tuned",
            prunes_in_recovery=True,
        ),
        ScheduleInfo(
            "lottery",
            "Lottery ticket",
            "The pruned student's masks on its initial weights, trained again from there: is the ticket a winning one?",
            "Training the initial weights under the masks",
            trains_again=True,
        ),
        ScheduleInfo(
            "lottery_random",
            "Lottery ticket, redrawn",
            "The lottery's control: the same masks on initial weights in random order, trained just as long.",
            "Training redrawn initial weights under the masks",
            trains_again=True,
        ),
    )
}

ALSO_PRUNE: dict[str, str] = {name: name for name in ("embeddings", "norms", "biases", "classifier")}
"""Parts that unstructured pruning leaves alone unless it is told otherwise, each with its title."""


def importances_for(kind: Kind, pruning: str) -> tuple[str, ...]:
    """The importances that make sense for a kind of model and a pattern."""
    scaled = kind == "image" and not PRUNING[pruning].within_fours
    return tuple(info.name for info in IMPORTANCES.values() if scaled or not info.needs_batch_norm)
