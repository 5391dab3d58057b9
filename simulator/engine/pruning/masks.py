"""Pruning of single weights: which ones go, as masks (1 = kept), and how they are held at zero."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from simulator.catalog import pruning as catalog
from simulator.config.run import RunConfig
from simulator.engine.pruning.importance import Calibration, Parameters, Scores, rank_within_rows, scores_of
from simulator.errors import SimulatorError

Masks = dict[str, Tensor]
"""Parameter name -> mask of the parameter's shape, bool, True = kept."""

GROUP = 4
KEPT_OF_GROUP = 2
"""2:4: this many of every four consecutive weights stay."""


def prunable_parameters(
    model: nn.Module, classifier: Collection[str], also: Collection[str]
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
    """Which part of a model a parameter belongs to: "layer" or one of the parts in the catalogue's ALSO_PRUNE."""
    if in_classifier:
        return "classifier"
    if parameter_name == "bias":
        return "biases"
    if isinstance(module, nn.Embedding):
        return "embeddings"
    return "layer" if isinstance(module, nn.Linear | nn.Conv2d) else "norms"


def layer_wise_masks(scores: Scores, target_sparsity: float) -> Masks:
    """Each parameter loses the same share: its own least important weights.

    With magnitudes as scores, equal to ``torch.nn.utils.prune.l1_unstructured(amount=target_sparsity)`` on each.

    Args:
        scores: Of every parameter to prune.
        target_sparsity: The share to remove, 0 to 1.
    """
    return {name: keep_largest(s, target_sparsity) for name, s in scores.items()}


def global_masks(scores: Scores, target_sparsity: float) -> Masks:
    """One ranking over all parameters: those with low scores lose more.

    With magnitudes as scores, equal to ``torch.nn.utils.prune.global_unstructured(amount=target_sparsity)``.

    Args:
        scores: Of every parameter to prune.
        target_sparsity: The share to remove, 0 to 1.
    """
    mask = keep_largest(torch.cat([s.flatten() for s in scores.values()]), target_sparsity)
    parts = mask.split([s.numel() for s in scores.values()])
    return {name: part.view_as(s) for (name, s), part in zip(scores.items(), parts, strict=True)}


def by_hand_masks(scores: Scores, shares: Mapping[str, float]) -> Masks:
    """Each named parameter loses its own share of weights; the others stay dense and get no mask.

    Args:
        scores: Of every parameter that may be pruned.
        shares: Parameter name -> the share to remove, 0 to 1.
    """
    return {name: keep_largest(scores[name], share) for name, share in shares.items()}


def two_of_four_masks(scores: Scores) -> Masks:
    """The two most important of every four consecutive weights along the inputs stay.

    Formula: a weight [out, in, kh, kw] is read as [out, kh, kw, in], and each row of inputs in fours.

    A parameter whose inputs are no multiple of four stays dense and gets no mask
    (:func:`left_dense` names them).

    So a convolution's fours are neighbouring input channels at one place of its kernel, as the authors' own tool
    (ASP) takes them.

    Source: Mishra et al. 2021, "Accelerating Sparse Deep Neural Networks", arXiv:2104.08378, section 2.

    Args:
        scores: Of every parameter to prune, [out, in] or [out, in, kh, kw].
    """
    masks = {}
    for name in scores.keys() - set(left_dense(scores)):
        inputs_last = scores[name].movedim(1, -1)  # [out, kh, kw, in]
        fours = inputs_last.reshape(-1, GROUP)
        kept = fours.argsort(dim=1, descending=True, stable=True)[:, :KEPT_OF_GROUP]
        mask = torch.zeros_like(fours, dtype=torch.bool).scatter_(1, kept, True)
        masks[name] = mask.view(inputs_last.shape).movedim(-1, 1)
    return {name: masks[name] for name in scores if name in masks}


def left_dense(parameters: Mapping[str, Tensor]) -> list[str]:
    """The parameters that 2:4 leaves dense: their inputs are no multiple of four."""
    return [name for name, p in parameters.items() if p.shape[1] % GROUP]


def keep_largest(scores: Tensor, target_sparsity: float) -> Tensor:
    """A mask that drops exactly ``round(target_sparsity * scores.numel())`` of the smallest scores."""
    drop, flat = round(target_sparsity * scores.numel()), scores.flatten()
    if drop:
        # a partition needs a fifth of topk's memory; where equal scores straddle the border, topk chooses among them
        border = float(np.partition(flat.cpu().numpy(), drop - 1)[drop - 1])
        kept = flat > border
        if kept.numel() - int(kept.count_nonzero()) == drop:
            return kept.view_as(scores)
    mask = torch.ones(scores.numel(), dtype=torch.bool, device=scores.device)
    mask[torch.topk(flat, drop, largest=False, sorted=False).indices] = False
    return mask.view_as(scores)


@torch.no_grad()
def apply_masks(parameters: dict[str, nn.Parameter], masks: Masks) -> None:
    """Set the dropped weights to zero. Called after every step, it keeps them there."""
    for name, mask in masks.items():
        parameters[name].mul_(mask)


@dataclass(frozen=True)
class MaskRule:
    """Everything that decides which single weights go: pattern, importance, scope and shares.

    Attributes:
        classifier: Names of the modules that make up the classifier.
    """

    config: RunConfig
    classifier: Collection[str]

    def parameters(self, model: nn.Module) -> dict[str, nn.Parameter]:
        """The parameters that may lose weights, by name.

        Raises:
            SimulatorError: if ``layer_sparsity`` names one that is not among them.
        """
        found = prunable_parameters(model, self.classifier, self.config.also_prune)
        unknown = self.config.layer_shares.keys() - found.keys()
        if unknown:
            raise SimulatorError(
                f"layer_sparsity names {', '.join(sorted(unknown))}, which the student does not have or which may not "
                "be pruned.",
                f"Choose among {', '.join(found)}.",
            )
        return found

    def masks(
        self,
        model: nn.Module,
        calibration: Calibration,
        level: Callable[[float], float] = float,
        dropped: Masks | None = None,
    ) -> Masks:
        """Masks for the model as it is now; the model is not changed.

        Args:
            level: From the final target sparsity to the current one.
            dropped: Earlier masks: the weights that they dropped go first, so that they stay dropped.
        """
        config, parameters = self.config, self.parameters(model)
        info, in_one = catalog.IMPORTANCES[config.importance], catalog.SCOPES[config.scope].over_all_layers
        scores = scores_of(config.importance, model, parameters, calibration)
        if info.ranks_within_rows and not in_one and not config.pattern.within_fours:
            scores = {name: rank_within_rows(s) for name, s in scores.items()}
        for name, mask in (dropped or {}).items():
            scores[name] = scores[name].masked_fill(~mask, -1.0)
        if config.pattern.within_fours:
            return two_of_four_masks(scores)
        if config.by_hand:
            return by_hand_masks(scores, {name: level(share) for name, share in config.layer_shares.items()})
        return (global_masks if in_one else layer_wise_masks)(scores, level(config.target_sparsity))


def dense_masks(parameters: Parameters) -> Masks:
    """Masks that keep everything."""
    return {name: torch.ones_like(p, dtype=torch.bool) for name, p in parameters.items()}
