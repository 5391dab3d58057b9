"""Structured pruning of the CNNs: whole channels go, and the model gets physically smaller.

Removing a channel of one layer changes the layers after it, beside it (residual sums) and its
norm. torch-pruning's dependency graph finds the parts that belong together (Fang et al. 2023, "DepGraph:
Towards Any Structural Pruning", arXiv:2301.12900).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import torch
import torch_pruning
from torch import Tensor, nn
from torch_pruning.pruner import function

from simulator.catalog import pruning as catalog
from simulator.catalog.pruning import ChannelPart
from simulator.engine.pruning.importance import Calibration, scores_of
from simulator.engine.pruning.units import Cut, units_to_keep

LAYERS = (nn.Conv2d, nn.Linear)
PARTS: dict[ChannelPart, tuple[type[nn.Module], ...]] = {"layers": LAYERS, "norms": (nn.BatchNorm2d,)}
"""The layers whose weights make up a channel's score, as the catalogue names them."""

INPUTS = (function.prune_conv_in_channels, function.prune_linear_in_channels)
"""The functions that remove a layer's input channels; all others that prune a scored layer remove output channels."""

GroupScore = Callable[[torch_pruning.Group], Tensor]


def prune_channels(
    model: nn.Module,
    example: Tensor,
    classifier: Collection[str],
    cut: Cut,
    calibration: Calibration,
    whole: nn.Module | None = None,
) -> None:
    """Remove channels in place, the least important ones, group by group.

    Args:
        model: A CNN; afterwards it runs forward and backward as before, only smaller.
        example: One input, [1, 3, height, width], to trace the dependencies with.
        classifier: Names of the top-level modules whose outputs (the classes) must stay.
        cut: What is removed; :func:`group_score` says how the scores of weights make up a channel's.
        calibration: The data that the importance may use.
        whole: The model before anything was removed, in later rounds; None means ``model`` itself.
    """
    model.eval()
    with torch.enable_grad():  # the graph is traced through autograd
        graph = torch_pruning.DependencyGraph().build_dependency(model, example_inputs=example)
    groups = groups_of(model, graph, classifier)
    score = group_score(model, cut.importance, calibration)
    scores = [score(group) for group in groups]
    names = {module: name for name, module in model.named_modules()}
    sizes = whole and [len(whole.get_submodule(names[group[0].dep.target.module]).weight) for group in groups]
    for group, values, keep in zip(groups, scores, units_to_keep(scores, cut, sizes), strict=True):
        removed = values.argsort()[: len(values) - keep].tolist()
        if removed:
            root = group[0].dep
            graph.get_pruning_group(root.target.module, root.handler, removed).prune()
    model.to(memory_format=torch.channels_last)  # the smaller weights come in the default layout


def groups_of(
    model: nn.Module, graph: torch_pruning.DependencyGraph, classifier: Collection[str]
) -> list[torch_pruning.Group]:
    """The groups of layers that lose the same channels; the classes are not among them."""
    ignored = [m for name in classifier for m in getattr(model, name).modules() if isinstance(m, nn.Linear)]
    return list(graph.get_all_groups(ignored_layers=ignored, root_module_types=list(LAYERS)))


def group_score(model: nn.Module, importance: str, calibration: Calibration) -> GroupScore:
    """A function from a group of coupled layers to a score for each of its channels, [channels].

    Formula: the mean over the group's layers of sum over the channel's weights of score^2; of |score| where the
    importance is a scale (batchnorm_scale); one number for each channel if it draws units (random).

    Source: Fang et al. 2023, arXiv:2301.12900, section 3.3 (group importance).

    Args:
        model: A CNN; weights are scored once, now.
        importance: How weights are scored.
        calibration: The data that the importance may use.
    """
    info = catalog.IMPORTANCES[importance]
    if info.draws_units:
        generator = torch.Generator().manual_seed(calibration.seed)
        return lambda group: torch.rand(len(group[0].idxs), generator=generator)
    scored = tuple(kind for part in info.channel_parts for kind in PARTS[part])
    weights = {f"{name}.weight": m.weight for name, m in model.named_modules() if isinstance(m, scored)}
    scores = scores_of(importance, model, weights, calibration)
    power = 1 if info.is_scale else 2
    powers = {weights[name]: score.abs().pow(power) for name, score in scores.items()}

    def score(group: torch_pruning.Group) -> Tensor:
        total, layers = torch.zeros(len(group[0].idxs)), 0
        for place in range(len(group)):
            dependency, channels, of_root = group[place].dep, group[place].idxs, group[place].root_idxs
            weight = powers.get(getattr(dependency.layer, "weight", None))
            if weight is None:
                continue
            if dependency.pruning_fn in INPUTS:
                weight = weight.transpose(0, 1)
            each = weight.reshape(len(weight), -1).sum(1)[channels]
            total.scatter_add_(0, torch.tensor(of_root), each.to(total))
            layers += 1
        return total / layers

    return score
