"""What more or less pruning would do to the distilled student before any retraining: measured at ten sparsities."""

from __future__ import annotations

import copy
from dataclasses import replace

from torch import nn

from simulator.config.run import RunConfig
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.training import predict
from simulator.engine.pruning import removal
from simulator.engine.pruning.masks import Masks, prunable_parameters
from simulator.engine.setup import Setup
from simulator.engine.stages.student import student_examples
from simulator.events import Swept, SweptPoint

SPARSITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
SHARE = 0.05
"""Of the work of the student's trainings; with the pruning itself, this stays below a tenth of the run."""

FEWEST = 100
FORWARD_AND_BACKWARD = 3
"""A training step on an example costs about three answers: forward, and twice as much backward."""


def examples_answered(config: RunConfig, there_are: int) -> int:
    """How many test examples each pruned student answers: as many as a small share of the run pays for.

    Counted, not timed, so that equal runs have equal events.
    """
    trained = FORWARD_AND_BACKWARD * config.train_examples * (2 * config.epochs + config.epochs_after_pruning)
    return min(there_are, max(FEWEST, int(SHARE * trained / len(SPARSITIES))))


def sweep(setup: Setup, distilled: nn.Module, repeat: int) -> Swept:
    """Prune a copy of the distilled student to each sparsity, at once and as the run prunes, and let it answer."""
    test = setup.test.first(examples_answered(setup.config, len(setup.test)))
    points = tuple(point(setup, distilled, sparsity, test) for sparsity in (0.0, *SPARSITIES))
    return Swept(points=points, examples=len(test), repeat=repeat)


def point(setup: Setup, distilled: nn.Module, sparsity: float, test: Examples) -> SweptPoint:
    """Prune a copy of the distilled student to one sparsity and let it answer.

    Args:
        sparsity: What is asked for; 0 leaves it as it is.
        test: The examples that it answers.
    """
    pruned, before = copy.deepcopy(distilled), prunable_weights(setup, distilled)
    if sparsity:
        asked = replace(setup, config=setup.config.model_copy(update={"target_sparsity": sparsity}))
        removal.remove(asked, pruned, student_examples(setup), Masks())
    answers = predict(pruned, setup.module.logits, test, bfloat16=False).argmax(1)
    return SweptPoint(
        target_sparsity=sparsity,
        removed=1 - prunable_weights(setup, pruned) / before,
        right=int((answers == test.labels).sum()),
    )


def prunable_weights(setup: Setup, model: nn.Module) -> int:
    """The non-zero weights among those that pruning may touch."""
    found = prunable_parameters(model, setup.module.classifier, setup.config.also_prune)
    return sum(int(parameter.count_nonzero()) for parameter in found.values())
