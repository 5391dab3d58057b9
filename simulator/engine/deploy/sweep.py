"""What more or less pruning would do to the distilled student before any retraining: measured at ten sparsities."""

from __future__ import annotations

import copy
import time
from dataclasses import replace

from torch import nn

from simulator.engine.datasets.batches import Examples
from simulator.engine.deploy import kept
from simulator.engine.distillation.training import predict
from simulator.engine.pruning import removal
from simulator.engine.pruning.importance import Calibration
from simulator.engine.pruning.masks import Masks, prunable_parameters
from simulator.engine.setup import Setup
from simulator.engine.stages.student import student_examples
from simulator.events import Swept, SweptPoint
from simulator.runs.kept.sweeps import SPARSITIES, examples_answered


def sweep(setup: Setup, distilled: nn.Module, repeat: int) -> Swept:
    """The accuracy of the distilled student after pruning to each sparsity, taken over where it is kept."""
    found = kept.find_sweep(setup, repeat)
    if found is None:
        found = carried_out(setup, distilled, repeat)
        kept.keep_sweep(setup, found)
    return found


def carried_out(setup: Setup, distilled: nn.Module, repeat: int) -> Swept:
    """Prune a copy of the distilled student to each sparsity, at once and as the run prunes, and let it answer."""
    started, test = time.perf_counter(), setup.test.first(examples_answered(setup.config))
    batches = replace(removal.calibrated(setup, student_examples(setup)), remembered={})
    points = tuple(point(setup, distilled, sparsity, batches, test) for sparsity in SPARSITIES)
    return Swept(points=points, examples=len(test), repeat=repeat, seconds=time.perf_counter() - started)


def point(setup: Setup, distilled: nn.Module, sparsity: float, batches: Calibration, test: Examples) -> SweptPoint:
    """Prune a copy of the distilled student to one sparsity and let it answer.

    Args:
        sparsity: What is asked for; 0 leaves it as it is.
        batches: What importances use; they score the student once for all sparsities.
        test: The examples that it answers.
    """
    pruned, before = copy.deepcopy(distilled), prunable_weights(setup, distilled)
    if sparsity:
        asked = replace(setup, config=setup.config.model_copy(update={"target_sparsity": sparsity}))
        removal.remove(asked, pruned, batches, Masks())
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
