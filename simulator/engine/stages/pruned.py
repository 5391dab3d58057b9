"""The stages after distillation: the student is pruned, then what is left is trained again."""

from __future__ import annotations

import copy
from collections.abc import Generator
from dataclasses import replace

from torch import nn

from simulator.engine.distillation.training import Training
from simulator.engine.host.mapped import map_from_disk
from simulator.engine.pruning import removal
from simulator.engine.pruning.masks import Masks, dense_masks
from simulator.engine.pruning.schedules import CubicMasks, redrawn, rewound
from simulator.engine.setup import Setup
from simulator.engine.stages.student import Made, Student, learn, plan, student_examples
from simulator.events import Event, Progress


def prune(setup: Setup, distilled: nn.Module) -> Generator[Event, None, Made]:
    """Prune a copy of the distilled student at once."""
    yield Progress(stage="prune", done=0, total=1)
    pruned = copy.deepcopy(distilled)
    masks = removal.remove(setup, pruned, removal.calibrated(setup, student_examples(setup)), Masks())
    map_from_disk(pruned)
    yield Progress(stage="prune", done=1, total=1)
    return Made(pruned, masks)


def recover(student: Student, distilled: nn.Module, pruned: Made) -> Generator[Event, None, Made]:
    """Train what pruning leaves: the schedule decides where to start and how, and masks hold."""
    setup, config = student.setup, student.setup.config
    teaching = student.teaching if config.recovery_with_teacher else None
    recovery_plan = plan(setup, config.recovery_epochs, config.seed + 1)  # batches other than those of the distillation
    again = replace(student.training("recover", "recovered", recovery_plan, teaching), masks=pruned.masks)
    match config.schedule:
        case "one_shot":
            return (yield from learn(pruned.model, again))
        case "iterative":
            return (yield from in_rounds(student, distilled, again))
        case "cubic":
            return (yield from bit_by_bit(student, distilled, again))
        case "lottery":
            ticket = rewound(student.initial, pruned.masks)
        case "lottery_random":
            ticket = redrawn(student.initial, pruned.masks, config.seed + 1)
    return (yield from learn(ticket, replace(again, plan=plan(setup, config.epochs, config.seed))))


def in_rounds(student: Student, distilled: nn.Module, again: Training) -> Generator[Event, None, Made]:
    """Prune the distilled student a little and train it, in turns."""
    setup, rounds = student.setup, student.setup.config.rounds
    latest, held, batches = Made(distilled), Masks(), removal.calibrated(setup, student_examples(setup))
    for number in range(rounds):
        smaller = copy.deepcopy(latest.model)
        held = removal.remove(setup, smaller, batches, held, (number + 1, rounds), distilled)
        part = replace(again.plan, part=(number, rounds))
        latest = yield from learn(smaller, replace(again, plan=part, masks=held))
    return latest


def bit_by_bit(student: Student, distilled: nn.Module, again: Training) -> Generator[Event, None, Made]:
    """Prune the distilled student further and further while it is trained."""
    rule = removal.mask_rule(student.setup)
    remask = CubicMasks(rule, student.setup.module.logits, student.setup.config.seed)
    dense = dense_masks(rule.parameters(distilled))
    return (yield from learn(distilled, replace(again, masks=dense, remask=remask)))
