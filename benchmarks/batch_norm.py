"""After how many training steps batch norm's running averages can be trusted.

    python -m benchmarks.batch_norm MODEL [--seeds N]

Trains students of the model on digits for different numbers of steps, then prunes 70 % of the longest trained one's
convolution weights and recovers it for different numbers. Prints each one's test accuracy with its running averages and
with averages that are estimated anew on training examples. ``few_steps`` in ``simulator/catalog/models.py`` is chosen
from that.
"""

from __future__ import annotations

import argparse
import copy

import torch
from torch import nn

from simulator.catalog.models import MODELS
from simulator.engine import datasets
from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.distillation.batch_norm import estimate_averages
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, accuracy, train
from simulator.engine.models import MODULES, weights
from simulator.engine.pruning.masks import Masks, apply_masks, global_masks

TRAININGS = ((448, 2), (448, 3), (1077, 2), (1077, 3), (1077, 4), (1077, 5))
RECOVERIES = ((192, 1), (448, 1), (1077, 1), (1077, 2))
"""(Examples, epochs)."""

SPARSITY = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", choices=[m.name for m in MODELS.values() if m.kind == "image"])
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    info, module = MODELS[options.model], MODULES[options.model]
    digits, encode = datasets.load("digits"), module.make_encoder(None, (), None, None, 32)
    examples, test = (Examples(encode(s.inputs), torch.from_numpy(s.labels)) for s in (digits.train, digits.test))
    teacher = module.build_teacher(10, weights.find(info.name, "scratch"), 0)
    recipe = info.student_recipe

    def trained(model: nn.Module, part: tuple[int, int], seed: int, masks: Masks) -> nn.Module:
        model = copy.deepcopy(model)
        plan = TrainingPlan(part[1], recipe.learning_rate, recipe.batch_size, seed)
        training = Training(module, examples.first(part[0]), None, plan, "experiment", "control", masks=masks)
        for _ in train(model, training):
            pass
        return model

    def report(name: str, model: nn.Module, part: tuple[int, int]) -> None:
        steps = part[1] * len(training_order(examples.first(part[0]), recipe.batch_size, 0, 0))
        running = accuracy(model, module.logits, test, bfloat16=False)
        anew = copy.deepcopy(model)
        estimate_averages(anew, examples, recipe.batch_size)
        estimated = accuracy(anew, module.logits, test, bfloat16=False)
        print(f"{name}, {steps} steps: {running:.3f} with running averages, {estimated:.3f} estimated anew", flush=True)

    for seed in range(options.seeds):
        student = module.build_student(teacher, info.student.default, seed)
        for part in TRAININGS:
            report(f"seed {seed}, trained", whole := trained(student, part, seed, Masks()), part)
        convolutions = {name: p for name, p in whole.named_parameters() if p.ndim == 4}
        masks = global_masks({name: p.detach().abs() for name, p in convolutions.items()}, SPARSITY)
        apply_masks(convolutions, masks)
        report(f"seed {seed}, pruned", whole, (0, 0))
        for part in RECOVERIES:
            report(f"seed {seed}, recovered", trained(whole, part, seed + 1, masks), part)


if __name__ == "__main__":
    main()
