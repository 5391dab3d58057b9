"""Checks for NaN and infinity: a training stops before the step that would spread them."""

from __future__ import annotations

import math

from torch import Tensor

from simulator.engine.distillation.losses import Loss
from simulator.errors import NotFinite
from simulator.events import Stage
from simulator.figures.numbers import learning_rate, setting

TEACHER_ADVICE = (
    "A teacher's learning rate is part of its recipe: choose other data, another model or other weights, and report "
    "the message."
)


def check_step(
    loss: Loss, gradient_norm: Tensor, stage: Stage, step: tuple[int, int], rate: float, highest: float
) -> None:
    """Refuse an optimiser step that would fill the model with infinity or NaN.

    Args:
        loss: Of this step.
        gradient_norm: Of all gradients together, a scalar.
        step: (number, of how many).
        rate: This step's learning rate.
        highest: The learning rate that was set.

    Raises:
        NotFinite: if the loss or a gradient is infinite or NaN; the advice says what to change.
    """
    terms = {"loss": loss.total, "hard loss": loss.hard, "soft loss": loss.soft, "gradient's norm": gradient_norm}
    values = {name: value.item() for name, value in terms.items() if value is not None}
    broken = [f"the {name} is {value}" for name, value in values.items() if not math.isfinite(value)]
    if broken:
        raise NotFinite(
            f"The training stopped at step {step[0]} of {step[1]} of the stage {stage!r}, at a learning rate of "
            f"{learning_rate(rate)}, because {' and '.join(broken)}.",
            TEACHER_ADVICE if stage == "teacher" else f"Choose a learning rate below {setting(highest)}.",
        )


def check_answers(logits: Tensor) -> None:
    """Refuse to count answers if some are infinite or NaN.

    Args:
        logits: [examples, classes].

    Raises:
        NotFinite: if a logit is infinite or NaN.
    """
    broken = int((~logits.isfinite()).any(1).sum())
    if broken:
        raise NotFinite(
            f"A model gave infinity or NaN as its answer to {broken} of {len(logits)} examples.",
            "Choose a lower learning rate, so that its weights stay small enough to compute with.",
        )
