"""What a run leaves for the Learn screens: its answers, two slices of real weights, the layers of every network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.catalog.methods import METHODS
from simulator.catalog.pruning import PRUNING
from simulator.engine.datasets.batches import Batch
from simulator.engine.distillation.losses import LossWeights, distillation_loss, soft_loss
from simulator.engine.measure.layers import layers_of
from simulator.engine.measure.size import kind_of
from simulator.engine.measure.variant import Examined, describe, first_rows
from simulator.engine.pruning import removal
from simulator.engine.pruning.masks import Masks, prunable_parameters
from simulator.engine.setup import Setup, provenance
from simulator.engine.stages.student import student_examples
from simulator.events import Variant
from simulator.teaching import lesson
from simulator.teaching.lesson import LayerFacts, LessonFacts, Network, SliceFacts

SHOWN = 60
DIFFERING = 45
SIDE = 64
CALIBRATION = 64


def write_lesson(
    setup: Setup, variants: Mapping[Variant, nn.Module], examined: Mapping[Variant, Examined], folder: Path
) -> None:
    """Write ``lesson.json`` and ``lesson.safetensors`` into ``folder``.

    Args:
        examined: Each variant's answers and layers.
    """
    labels, answers = setup.test.labels, {name: known.answers for name, known in examined.items()}
    right = {name: int((logits.argmax(1) == labels).sum()) for name, logits in answers.items()}
    shown = choose_examples({name: logits.argmax(1).cpu().numpy() for name, logits in answers.items()})
    numbers = {f"logits.{name}": logits.float().cpu().numpy() for name, logits in answers.items()}
    numbers["labels"] = labels.cpu().numpy()
    texts: tuple[str, ...] = ()
    if setup.model.kind == "text":
        texts = tuple(setup.data.test.inputs[i] for i in shown)
    else:
        numbers["pictures"] = grey_if_grey(setup.data.test.inputs[shown])
    slices, of_slices = weight_slices(setup, variants)
    example = first_rows(setup, 1)
    networks: dict[Network, tuple[LayerFacts, ...]] = {name: known.layers for name, known in examined.items()}
    networks["channels removed"] = layers_of(channels_removed(setup, variants), setup.module.exported_call, example)
    facts = LessonFacts(
        config=setup.config,
        provenance=provenance(setup),
        class_names=setup.dataset.class_names,
        test_examples=len(labels),
        right=right,
        shown=tuple(shown),
        texts=texts,
        measured_at=describe(example),
        networks=networks,
        slices=slices,
        calibration_examples=min(CALIBRATION, setup.config.train_examples),
    )
    lesson.write(folder, facts, {**numbers, **of_slices})


def choose_examples(answers: Mapping[Variant, np.ndarray]) -> list[int]:
    """Which test examples are shown: at most 60.

    First those on which the variants do not all give the same answer, at most 45 of them and then evenly
    spaced; then, evenly spaced, some of those on which all agree. In ascending order.

    Args:
        answers: The class that each variant answers, [test examples].
    """
    every = np.stack(list(answers.values()))  # [variants, test examples]
    differ = (every != every[0]).any(0)
    first = evenly(np.flatnonzero(differ), DIFFERING)
    rest = evenly(np.flatnonzero(~differ), SHOWN - len(first))
    return sorted(int(i) for i in (*first, *rest))


def evenly(rows: np.ndarray, most: int) -> np.ndarray:
    """All rows, or ``most`` of them in equal steps from the first to the last."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]


def grey_if_grey(pictures: np.ndarray) -> np.ndarray:
    """Pictures [n, height, width, 3] without their third dimension where all three channels are equal."""
    equal = (pictures == pictures[..., :1]).all()
    return np.ascontiguousarray(pictures[..., 0] if equal else pictures)


def channels_removed(setup: Setup, variants: Mapping[Variant, nn.Module]) -> nn.Module:
    """A copy of the distilled student after structured pruning by magnitude with the run's sparsity.

    It is not trained further: only its shape is a lesson.
    """
    model = copy.deepcopy(variants["distilled"])
    scope = setup.config.scope if setup.config.scope in PRUNING["structured"].scopes else "global"
    structured = {"pruning": "structured", "scope": scope, "importance": "magnitude"}
    asked = replace(setup, config=setup.config.model_copy(update=structured))
    removal.remove(asked, model, removal.calibrated(asked, student_examples(setup)), Masks())
    return model


# -- slices


def weight_slices(
    setup: Setup, variants: Mapping[Variant, nn.Module]
) -> tuple[tuple[SliceFacts, ...], dict[str, np.ndarray]]:
    """Corners of two weights of the distilled student, with the gradients and input norms that importances need."""
    model = variants["distilled"]
    prunable = prunable_parameters(model, setup.module.classifier, ())
    layers = {
        name: module
        for name, module in model.named_modules()
        if f"{name}.weight" in prunable and getattr(module, "groups", 1) == 1  # a depthwise weight is no matrix
    }
    chosen = first_and_last({name: matrix(module.weight).shape for name, module in layers.items()})
    gradients, norms = calibrate(setup, variants, {name: layers[name] for name in chosen})
    facts, numbers = [], {}
    for i, name in enumerate(chosen):
        whole = matrix(layers[name].weight.detach())
        rows, columns = (min(SIDE, n) // 4 * 4 for n in whole.shape)
        for kind, values in (("weight", whole), ("gradient", matrix(gradients[name]))):
            numbers[f"slice.{i}.{kind}"] = values[:rows, :columns].float().cpu().numpy().copy()
        numbers[f"slice.{i}.input_norm"] = norms[name][:columns].float().cpu().numpy().copy()
        facts.append(
            SliceFacts(
                layer=name,
                kind=kind_of(layers[name]),
                weight_shape=tuple(layers[name].weight.shape),
                rows=rows,
                columns=columns,
            )
        )
    return tuple(facts), numbers


def matrix(weight: Tensor) -> Tensor:
    """A weight as [outputs, inputs]: a convolution's [out, in, height, width] as [out, in * height * width]."""
    return weight.contiguous().flatten(1)


def first_and_last(shapes: Mapping[str, torch.Size]) -> list[str]:
    """The first and the last layer whose matrix has at least 64 rows and columns; if none has, of all layers."""
    large = [name for name, shape in shapes.items() if min(shape) >= SIDE] or list(shapes)
    return [large[0], large[-1]]


def calibrate(
    setup: Setup, variants: Mapping[Variant, nn.Module], layers: Mapping[str, nn.Module]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    r"""Gradients of the layers' weights and norms of their inputs, from the first 64 training examples.

    Two importances need them besides the weight w:

    - Taylor: :math:`|w \cdot g|`, g the gradient of the distillation loss; the first-order estimate of how
      much the loss changes if w is removed. It ranks as the square does in Molchanov, Mallya, Tyree, Frosio
      and Kautz 2019, "Importance Estimation for Neural Network Pruning", arXiv:1906.10771, equation 8.
    - Wanda: :math:`|w_{ij}| \cdot \lVert x_j \rVert_2`, x_j the j-th input over all examples and positions,
      compared within an output. Sun, Liu, Bair and Kolter 2023, "A Simple and Effective Pruning Approach
      for Large Language Models", arXiv:2306.11695, section 3.

    Returns:
        Gradients in the weights' shapes; L2 norms [inputs] of the matrix view.
    """
    student, rows = variants["distilled"], torch.arange(min(CALIBRATION, setup.config.train_examples))
    rows = rows.to(setup.device)
    examples = student_examples(setup)
    batch = examples.rows(rows)
    student.eval()
    norms: dict[str, Tensor] = {}
    names = {module: name for name, module in layers.items()}

    def note(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        norms[names[module]] = input_norm(module, inputs[0].detach(), batch)

    handles = [module.register_forward_pre_hook(note) for module in names]
    with torch.no_grad():
        teacher_logits = setup.module.logits(variants["teacher"].eval(), batch)
    config = setup.config
    answers = setup.module.logits(student, batch)
    soft = soft_loss(answers, teacher_logits, config.temperature)
    weights = LossWeights(config.alpha, METHODS[config.method].weight_of_labels(config.alpha))
    loss = distillation_loss(answers, examples.labels[rows], soft, weights)
    for handle in handles:
        handle.remove()
    found = torch.autograd.grad(loss.total, [module.weight for module in layers.values()])
    return dict(zip(layers, found, strict=True)), norms


def input_norm(layer: nn.Module, inputs: Tensor, batch: Batch) -> Tensor:
    """The L2 norm of each input of a linear or convolution layer over all examples and positions, [inputs].

    Padding is left out. A convolution's inputs are those of its matrix view: one for each channel and kernel place.
    """
    if isinstance(layer, nn.Conv2d):
        places = F.unfold(inputs, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
        return places.square().sum((0, 2)).sqrt()  # [examples, inputs, positions]
    mask = batch.get("attention_mask")
    if mask is not None and inputs.shape[:2] == mask.shape:
        inputs = inputs[mask.bool()]
    return inputs.flatten(0, -2).square().sum(0).sqrt()
