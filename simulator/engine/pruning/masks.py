"""Unstructured pruning: which single weights go, as masks (1 = kept), and how they are held at zero."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor, nn

from simulator.config import AlsoPrune
from simulator.engine.pruning.importance import magnitude

Masks = dict[str, Tensor]
"""Parameter name -> mask of the parameter's shape, bool, True = kept."""


def prunable_parameters(
    model: nn.Module, classifier: Collection[str], also: Collection[AlsoPrune]
) -> dict[str, nn.Parameter]:
    """The parameters that unstructured pruning may touch, by name.

    Weights of linear and convolution layers always; embeddings, norms, biases and the classifier
    only if asked for. A tensor that has two names (tied embeddings) appears once, under its first.

    Args:
        model: The model to be pruned.
        classifier: Names of the modules that make up its classifier.
        also: What else to prune.
    """
    found: dict[str, nn.Parameter] = {}
    seen: set[int] = set()
    for module_name, module in model.named_modules():
        for own_name, parameter in module.named_parameters(recurse=False):
            name = f"{module_name}.{own_name}"
            part = part_of(module, own_name, module_name.split(".")[0] in classifier)
            if id(parameter) not in seen and (part == "layer" or part in also):
                found[name] = parameter
            seen.add(id(parameter))
    return found


def part_of(module: nn.Module, parameter_name: str, in_classifier: bool) -> str:
    """Which part of a model a parameter belongs to: "layer" or one of the parts in AlsoPrune."""
    if in_classifier:
        return "classifier"
    if parameter_name == "bias":
        return "biases"
    if isinstance(module, nn.Embedding):
        return "embeddings"
    return "layer" if isinstance(module, nn.Linear | nn.Conv2d) else "norms"


def layer_wise_masks(parameters: dict[str, nn.Parameter], target_sparsity: float) -> Masks:
    """Each parameter loses the same share: its own least important weights.

    Equal to ``torch.nn.utils.prune.l1_unstructured(amount=target_sparsity)`` on each.

    Args:
        parameters: From :func:`prunable_parameters`.
        target_sparsity: The share to remove, 0 to 1.
    """
    return {name: keep_largest(magnitude(p), target_sparsity) for name, p in parameters.items()}


def global_masks(parameters: dict[str, nn.Parameter], target_sparsity: float) -> Masks:
    """One ranking over all parameters: those with small weights lose more.

    Equal to ``torch.nn.utils.prune.global_unstructured(amount=target_sparsity)`` by magnitude.

    Args:
        parameters: From :func:`prunable_parameters`.
        target_sparsity: The share to remove, 0 to 1.
    """
    scores = {name: magnitude(p) for name, p in parameters.items()}
    mask = keep_largest(torch.cat([s.flatten() for s in scores.values()]), target_sparsity)
    parts = mask.split([s.numel() for s in scores.values()])
    return {name: part.view_as(s) for (name, s), part in zip(scores.items(), parts, strict=True)}


def keep_largest(scores: Tensor, target_sparsity: float) -> Tensor:
    """A mask that drops exactly ``round(target_sparsity * scores.numel())`` of the smallest scores."""
    drop = round(target_sparsity * scores.numel())
    mask = torch.ones(scores.numel(), dtype=torch.bool, device=scores.device)
    mask[torch.topk(scores.flatten(), drop, largest=False, sorted=False).indices] = False
    return mask.view_as(scores)


@torch.no_grad()
def apply_masks(parameters: dict[str, nn.Parameter], masks: Masks) -> None:
    """Set the dropped weights to zero. Called after every step, it keeps them there."""
    for name, mask in masks.items():
        parameters[name].mul_(mask)


def prune_unstructured(
    model: nn.Module, classifier: Collection[str], scope: str, target_sparsity: float, also: Collection[AlsoPrune]
) -> Masks:
    """Prune ``model`` in place by magnitude.

    Args:
        scope: "global" or "layer_wise".

    Returns:
        The masks, for :func:`apply_masks` during recovery.
    """
    parameters = prunable_parameters(model, classifier, also)
    masks = (global_masks if scope == "global" else layer_wise_masks)(parameters, target_sparsity)
    apply_masks(parameters, masks)
    return masks
