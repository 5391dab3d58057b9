"""One act of pruning, whatever its pattern: single weights by masks, or channels, heads and neurons for good."""

from __future__ import annotations

from functools import partial

from torch import nn

from simulator.engine.datasets.batches import Examples
from simulator.engine.pruning.channels import prune_channels
from simulator.engine.pruning.heads import prune_transformer
from simulator.engine.pruning.importance import Calibration, calibration
from simulator.engine.pruning.masks import MaskRule, Masks, apply_masks, left_dense
from simulator.engine.pruning.schedules import after_round
from simulator.engine.pruning.units import Cut
from simulator.engine.setup import Setup


def mask_rule(setup: Setup) -> MaskRule:
    """The run's rule for masks."""
    return MaskRule(setup.config, setup.module.classifier)


def calibrated(setup: Setup, examples: Examples) -> Calibration:
    """What the run's importance may use besides the weights.

    Args:
        examples: The student's training examples.
    """
    return calibration(setup.module.logits, examples, setup.config.batch_size, setup.config.seed)


def remove(
    setup: Setup,
    model: nn.Module,
    batches: Calibration,
    dropped: Masks,
    round_of: tuple[int, int] = (1, 1),
    whole: nn.Module | None = None,
) -> Masks:
    """Prune ``model`` in place, in one of several rounds or at once.

    Args:
        batches: From :func:`calibrated`.
        dropped: The masks of the round before; none in the first.
        round_of: This round, from 1, and how many there are.
        whole: The model before the first round; None in the first.

    Returns:
        The masks; none if the model got smaller.
    """
    config, classifier = setup.config, setup.module.classifier
    if not config.pattern.removes_units:
        rule = mask_rule(setup)
        number, rounds = round_of
        masks = rule.masks(model, batches, partial(after_round, number=number, rounds=rounds), dropped)
        apply_masks({name: model.get_parameter(name) for name in masks}, masks)
        return masks
    share = after_round(config.target_sparsity, *round_of)
    cut = Cut(config.scope, share, config.importance, config.round_to)
    if setup.module.units(model) is None:
        prune_channels(model, batches.batches[0][0]["pixels"][:1], classifier, cut, batches, whole)
    else:
        prune_transformer(model, setup.module, cut, batches, whole)
    return Masks()


def note(setup: Setup, model: nn.Module) -> str:
    """A sentence on what the prune stage is about to do, with the layers that 2:4 leaves dense."""
    if not setup.config.pattern.within_fours:
        return "Removing the least important"
    dense = left_dense(mask_rule(setup).parameters(model))
    left = (
        f"; left dense, because their number of inputs is not a multiple of four: {', '.join(dense)}" if dense else ""
    )
    return f"Removing two of every four weights{left}"
