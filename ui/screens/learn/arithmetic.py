"""Probabilities, losses and gradients of one example, in NumPy. The training's own are in the engine; tests compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.events import Variant

Values = NDArray[np.float64]


def log_softmax(logits: NDArray[Any], temperature: float = 1.0) -> Values:
    """log softmax(logits / T) over the last axis, any shape [..., classes], in nats."""
    z = np.asarray(logits, dtype=np.float64) / temperature
    z = z - z.max(-1, keepdims=True)
    result: Values = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return result


def probabilities(logits: NDArray[Any], temperature: float = 1.0) -> Values:
    """softmax(logits / T) over the last axis."""
    result: Values = np.exp(log_softmax(logits, temperature))
    return result


def entropy(logits: NDArray[Any], temperature: float) -> float:
    """Entropy of softmax(logits / T) in nats, for logits [classes]."""
    logs = log_softmax(logits, temperature)
    return float(-(np.exp(logs) * logs).sum()) + 0.0


def soft_loss(student: NDArray[Any], teacher: NDArray[Any], temperature: float) -> float:
    """T^2 KL(softmax(teacher / T), softmax(student / T)) of one example, in nats (Hinton et al. 2015, section 2)."""
    ours, theirs = log_softmax(student, temperature), log_softmax(teacher, temperature)
    return float(temperature**2 * (np.exp(theirs) * (theirs - ours)).sum())


def hard_loss(student: NDArray[Any], label: int) -> float:
    """Cross-entropy with the label, in nats."""
    return float(-log_softmax(student)[label])


def soft_gradient(student: NDArray[Any], teacher: NDArray[Any], temperature: float, squared: bool = True) -> Values:
    """Gradient of the soft loss with respect to the student's logits, [classes].

    T (softmax(student / T) - softmax(teacher / T)); without the factor T^2, 1 / T in place of T
    (Hinton et al. 2015, arXiv:1503.02531, equation 2).
    """
    factor = temperature if squared else 1 / temperature
    return factor * (probabilities(student, temperature) - probabilities(teacher, temperature))


def hard_gradient(student: NDArray[Any], label: int) -> Values:
    """Gradient of the hard loss with respect to the student's logits, [classes]: softmax(student) - one-hot label."""
    gradient = probabilities(student)
    gradient[label] -= 1
    return gradient


def gradient_sizes(student: NDArray[Any], teacher: NDArray[Any], temperatures: Values, squared: bool) -> Values:
    """The L2 norm of the soft loss's gradient at each temperature."""
    return np.array([np.linalg.norm(soft_gradient(student, teacher, float(t), squared)) for t in temperatures])


def wrong_answers(logits: NDArray[Any], label: int, temperature: float) -> list[tuple[int, float]]:
    """The wrong classes with their share of the probability that is not the label's, the largest first."""
    p = probabilities(logits, temperature)
    p[label] = 0
    shares = p / p.sum()
    return [(int(i), float(shares[i])) for i in np.argsort(-shares, kind="stable") if i != label]


def wrong(logits: Mapping[Variant, NDArray[Any]], labels: NDArray[Any]) -> dict[Variant, NDArray[np.bool_]]:
    """Where each variant's answer is not the label, [examples]."""
    return {name: of.argmax(1) != labels for name, of in logits.items()}


def differ(logits: Mapping[Variant, NDArray[Any]]) -> NDArray[np.bool_]:
    """Where the variants do not all give the same answer, [examples]."""
    answers = np.stack([of.argmax(1) for of in logits.values()])
    result: NDArray[np.bool_] = (answers != answers[0]).any(0)
    return result
