"""The sensitivity scan: each prunable layer alone, then all of them fitted to a budget."""

from __future__ import annotations

import copy
from collections.abc import Generator, Mapping

from torch import nn

from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.pruning.masks import apply_masks, keep_largest, prunable_parameters
from simulator.events import Coordinates, Event
from simulator.experiments.base import Place
from simulator.experiments.sensitivity import FITTED, UNIFORM, WHOLE, budget_of, curves, fit_to_budget, predicted_drop


def cells(bench: Bench) -> Generator[Event, None, None]:
    """One distilled student for each seed is pruned in many ways; nothing is retrained."""
    setup, base = bench.setup, bench.config.base
    layers = list(parameters(bench, bench.new_student(base)))
    to_do = yield from bench.begin(all_places(bench, layers))

    for seed in sorted({seed for _, seed in to_do}):
        config = bench.settings(seed=seed)
        student = yield from bench.distil(config)
        numbers = {name: p.numel() for name, p in parameters(bench, student).items()}
        for at, _ in [place for place in to_do if place[1] == seed]:
            extra: dict[str, float] = {}
            if "sparsity" in at:  # one layer alone
                sparsities = {str(at["layer"]): float(at["sparsity"])}
                extra["parameters"] = numbers[str(at["layer"])]
            else:  # the last cells of a seed: the whole student, and all layers at once
                sparsities, extra = allocation(bench, at, seed, numbers)
            pruned = pruned_by(bench, student, sparsities)
            zeros, nonzero = zeros_and_rest(pruned)
            yield from bench.finish(
                (at, seed), accuracy=bench.accuracy(pruned, setup.validation), zeros=zeros, nonzero=nonzero,
                **extra, **({} if "sparsity" in at else {"test_accuracy": bench.accuracy(pruned, setup.test)}),
            )  # fmt: skip


def parameters(bench: Bench, student: nn.Module) -> dict[str, nn.Parameter]:
    """The layers that the scan prunes."""
    return prunable_parameters(student, bench.setup.module.classifier, bench.config.base.also_prune)


def all_places(bench: Bench, layers: list[str]) -> list[Place]:
    """The whole student first, then each layer at each sparsity, then all layers together."""
    single: list[Coordinates] = [
        {"layer": name, "sparsity": sparsity} for name in layers for sparsity in bench.config.values("sparsity")
    ]
    return [(at, seed) for seed in bench.config.all_seeds() for at in (WHOLE, *single, FITTED, UNIFORM)]


def allocation(
    bench: Bench, at: Coordinates, seed: int, numbers: Mapping[str, int]
) -> tuple[dict[str, float], dict[str, float]]:
    """Layer -> sparsity for a cell that is about all layers, and the values that are reported beside its accuracy."""
    if at == WHOLE:
        return {}, {}
    measured = curves(bench.cells, seed)
    budget = budget_of(measured, bench.config.base.target_sparsity)
    if at == FITTED:
        chosen = fit_to_budget(measured, budget)
        whole = next(cell.values["accuracy"] for cell in bench.cells if cell.at == WHOLE and cell.seed == seed)
        fit = {f"sparsity of {name}": sparsity for name, sparsity in chosen.items()}
        return chosen, {"predicted": whole - predicted_drop(measured, chosen), **fit}
    return dict.fromkeys(numbers, 1 - budget / sum(numbers.values())), {}


def pruned_by(bench: Bench, student: nn.Module, sparsities: Mapping[str, float]) -> nn.Module:
    """A copy of the student with the smallest weights of the named layers set to zero."""
    copied = copy.deepcopy(student)
    layers = parameters(bench, copied)
    apply_masks(layers, {name: keep_largest(layers[name].detach().abs(), share) for name, share in sparsities.items()})
    return copied
