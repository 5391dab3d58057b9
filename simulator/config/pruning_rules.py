"""Which pruning settings go together, and why the others do not."""

from __future__ import annotations

from simulator.catalog.models import MODELS
from simulator.catalog.pruning import IMPORTANCES, SCHEDULES, importances_for
from simulator.config.setting import Settings


def check(config: Settings) -> None:
    """Refuse pruning settings that do not go together.

    Raises:
        ValueError: with the setting, what it does not go with, and what does.
    """
    check_what_is_ranked(config)
    check_rounding(config)
    check_schedule(config)


def check_what_is_ranked(config: Settings) -> None:
    """Pattern, importance, scope and the parts they apply to."""
    also = ", ".join(config.also_prune)
    if also and not config.pattern.any_part:
        raise ValueError(
            f"also_prune {also} applies to single weights only: choose pruning unstructured, or leave also_prune empty"
        )
    if also and IMPORTANCES[config.importance].scores_layers_only:
        raise ValueError(
            f"also_prune {also} does not go with importance {config.importance}, which scores the weights of layers "
            "only: choose magnitude, random or taylor, or leave also_prune empty"
        )
    importances = importances_for(MODELS[config.model].kind, config.pruning)
    if config.importance not in importances:
        raise ValueError(
            f"importance {config.importance} needs batch normalisation, which only the image models have, and it "
            "scales all inputs of a channel alike, so within 2:4's fours it ranks as magnitude does: choose "
            f"{', '.join(importances)}, or an image model with pruning unstructured or structured"
        )
    scopes = config.pattern.scopes
    if config.scope not in scopes:
        raise ValueError(
            f"scope {config.scope} names the layers of single weights: choose pruning unstructured, or with "
            f"{config.pruning} one of {', '.join(scopes)}"
        )
    if config.layer_sparsity and not config.by_hand:
        raise ValueError(
            f"layer_sparsity is ignored with scope {config.scope}: choose scope by_hand, or leave layer_sparsity empty"
        )


def check_rounding(config: Settings) -> None:
    """Only what is cut out for good can be rounded."""
    if config.round_to != 1 and not config.pattern.removes_units:
        raise ValueError(
            f"round_to {config.round_to} rounds how many channels or neurons stay, and pruning {config.pruning} "
            "removes none: choose pruning structured, or round_to 1"
        )


def check_schedule(config: Settings) -> None:
    """The schedule, the pattern and the recovery that it needs."""
    schedules = config.pattern.schedules
    if config.schedule not in schedules:
        raise ValueError(
            f"schedule {config.schedule} does not go with pruning {config.pruning}: {config.pattern.why_not}. "
            f"Choose {', '.join(schedules)}"
        )
    if SCHEDULES[config.schedule].prunes_in_recovery and not config.recovery_epochs:
        raise ValueError(
            f"schedule {config.schedule} prunes during recovery and recovery_epochs is 0: choose recovery_epochs "
            "of 1 to 20, or schedule one_shot"
        )
