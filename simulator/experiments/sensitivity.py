"""The sensitivity scan: which layer can lose how much, one at a time; and a fit of all layers to a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from simulator.events import CellFinished, Conclusion, Coordinates
from simulator.experiments.base import PRUNING, Design, Experiment, Quantities
from simulator.experiments.paired import certainty, change, compare, series, share, significant
from simulator.figures.numbers import percent, points, whole_percent

WHOLE: Coordinates = {"layer": "whole student"}
FITTED: Coordinates = {"layer": "all, fitted to the budget"}
UNIFORM: Coordinates = {"layer": "all, the same share each"}
CLEAR_POINTS = 0.02
"""A drop in accuracy that is called clear where there is no test for it (one student, one layer)."""


@dataclass(frozen=True)
class Curve:
    """How much a layer alone can lose.

    Attributes:
        parameters: Of the layer.
        drops: Sparsity -> how much accuracy falls (a fraction); 0 at sparsity 0 is understood.
    """

    parameters: int
    drops: Mapping[float, float]


def trained_examples(config: Design) -> int:
    """One student for each seed; the scan itself trains nothing."""
    return config.seeds * config.base.epochs * config.base.train_examples


def curves(cells: Sequence[CellFinished], seed: int) -> dict[str, Curve]:
    """Layer -> its curve, from the cells of one seed."""
    mine = [cell for cell in cells if cell.seed == seed]
    whole = next(cell.values["accuracy"] for cell in mine if cell.at == WHOLE)
    found: dict[str, Curve] = {}
    for name in dict.fromkeys(str(cell.at["layer"]) for cell in mine if "sparsity" in cell.at):
        of_layer = [cell for cell in mine if cell.at.get("layer") == name and "sparsity" in cell.at]
        drops = {float(cell.at["sparsity"]): whole - cell.values["accuracy"] for cell in of_layer}
        found[name] = Curve(int(of_layer[0].values["parameters"]), drops)
    return found


def mean_curves(by_seed: Sequence[Mapping[str, Curve]]) -> dict[str, Curve]:
    """The mean over seeds, at the sparsities that all of them have; layers that have none are left out."""
    merged: dict[str, Curve] = {}
    for name, first in by_seed[0].items():
        others = [found[name].drops for found in by_seed if name in found]
        levels = [level for level in first.drops if len(others) == len(by_seed) and all(level in d for d in others)]
        if levels:
            merged[name] = Curve(first.parameters, {level: mean(d[level] for d in others) for level in levels})
    return merged


def fit_to_budget(curves: Mapping[str, Curve], nonzero_budget: int) -> dict[str, float]:
    """How sparse to make each layer so that at most ``nonzero_budget`` of their parameters stay non-zero.

    Greedy: repeatedly take, in any layer, the step to a higher sparsity that costs the least accuracy per removed
    weight; steps may skip levels. It takes the drops of single layers to add up, which is an assumption: only a
    measurement of the whole tells whether they do.

    Args:
        curves: Layer -> what it alone can lose.
        nonzero_budget: Non-zero parameters of these layers together.

    Returns:
        Parameter name -> sparsity, 0 where a layer is left alone.

    Raises:
        ValueError: if even the highest sparsity everywhere leaves more.
    """
    chosen = dict.fromkeys(curves, 0.0)
    least = sum(kept(curve, max(curve.drops)) for curve in curves.values())
    if least > nonzero_budget:
        raise ValueError(f"{nonzero_budget} non-zero parameters cannot be reached: choose at least {least}")
    while sum(kept(curve, chosen[name]) for name, curve in curves.items()) > nonzero_budget:
        name, level = min(
            ((name, level) for name, curve in curves.items() for level in curve.drops if level > chosen[name]),
            key=lambda step: (_price(curves[step[0]], chosen[step[0]], step[1]), step[0], step[1]),
        )
        chosen[name] = level
    return chosen


def kept(curve: Curve, sparsity: float) -> int:
    """Non-zero parameters of a layer at a sparsity, as pruning rounds them."""
    return curve.parameters - round(sparsity * curve.parameters)


def _price(curve: Curve, now: float, then: float) -> float:
    return (curve.drops[then] - curve.drops.get(now, 0.0)) / max(1, kept(curve, now) - kept(curve, then))


def predicted_drop(curves: Mapping[str, Curve], chosen: Mapping[str, float]) -> float:
    """How much accuracy an allocation costs if the layers' drops add up."""
    return sum(curves[name].drops.get(sparsity, 0.0) for name, sparsity in chosen.items())


def budget_of(curves: Mapping[str, Curve], target_sparsity: float) -> int:
    """The non-zero parameters that the same share of every layer leaves, but no fewer than can be reached."""
    same = sum(kept(curve, target_sparsity) for curve in curves.values())
    return max(same, sum(kept(curve, max(curve.drops)) for curve in curves.values()))


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """The most and the least sensitive layer, and whether the fitted allocation beats the uniform one."""
    by_seed = [curves(cells, seed) for seed in config.all_seeds()]
    levels = sorted(next(iter(by_seed[0].values())).drops)
    level = min(levels, key=lambda v: abs(v - 0.5))
    half = {name: mean(c[name].drops[level] for c in by_seed) for name in by_seed[0]}
    highest = {name: mean(c[name].drops[levels[-1]] for c in by_seed) for name in by_seed[0]}
    frail, tough = max(highest, key=lambda n: highest[n]), min(highest, key=lambda n: highest[n])
    fitted, uniform = series(cells, "test_accuracy", **FITTED), series(cells, "test_accuracy", **UNIFORM)
    measured, promised = series(cells, "accuracy", **FITTED), series(cells, "predicted", **FITTED)
    test = compare("fitted against the same share", fitted, uniform)
    differ = highest[frail] - highest[tough] > CLEAR_POINTS
    if not differ:
        first = (
            f"At {whole_percent(levels[-1])} no layer differs from another by more than "
            f"{whole_percent(CLEAR_POINTS)}: all are alike here."
        )
    else:
        first = (
            f"{frail} is the most sensitive: pruned alone, at {whole_percent(levels[-1])}, it changes validation "
            f"accuracy by {points(-100 * highest[frail])} points (at {whole_percent(level)}: "
            f"{points(-100 * half[frail])}). For {tough} the change is {points(-100 * highest[tough])}."
        )
    better = test.mean > 0 and significant(test)
    sentences = [
        first,
        f"Fitted to the budget, with no retraining, the student has {share(fitted)} on the test; with the same share "
        f"cut from every layer it has {share(uniform)} ({change(test)}; {certainty(test)}).",
        f"If the drops added up, that would be {percent(mean(promised.values()))} on validation examples; "
        f"measured: {percent(mean(measured.values()))}.",
    ]
    if test.interval is None:
        sentences.append("One seed cannot tell whether fitting the layers beats the same share for all.")
    elif not better:
        sentences.append("There was no sign here that fitting the layers beats the same share for all.")
    answer = "alike" if not differ else "fit" if better else "differ"
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=better, comparisons=(test,))


SENSITIVITY = Experiment(
    name="sensitivity",
    title="Which layer can lose most?",
    question="How much can each layer lose on its own, and does fitting the layers beat the same share for all?",
    hypothesis="Layers differ: small early ones are sensitive, large late ones lose most of their weights unharmed. "
    "Sparsities fitted to these differences beat the same share everywhere.",
    predictions={
        "fit": "Layers differ, and fitting them to a budget is clearly better",
        "differ": "Layers differ, but fitting them is not clearly better",
        "alike": "All layers are alike",
    },
    look_for="Lines that stay flat up to 90 %, and lines that fall early. Each layer is pruned alone, with no "
    "retraining, and measured on validation examples; the fit is then measured on the test.",
    paper="Han, Pool, Tran and Dally 2015, arXiv:1506.02626, section 4; Li et al. 2016, arXiv:1608.08710, section 3.2",
    quantities=Quantities({"accuracy": "Validation accuracy"}),
    axes={"sparsity": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)},
    own_bounds={"sparsity": (0.05, 0.95)},
    settings={"student_size": 0.25, "epochs": 8, "target_sparsity": 0.7},
    seeds=3,
    cell_seconds=0.05,
    ignored=tuple(name for name in PRUNING if name not in ("target_sparsity", "also_prune")),
    trained_examples=trained_examples,
    kept=("distil",),
    conclude=conclude,
)
