"""How well a model answers, on held-out examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from torch import Tensor

from simulator.figures.statistics import wilson_interval


@dataclass(frozen=True)
class Quality:
    """Fractions; precision, recall and F1 are macro averages over the classes."""

    accuracy: float
    accuracy_interval: tuple[float, float]
    precision: float
    recall: float
    f1: float
    confusion: tuple[tuple[int, ...], ...]
    test_examples: int


def measure_quality(logits: Tensor, labels: Tensor) -> Quality:
    """Compare predictions with labels.

    A class that is never predicted has precision 0, as scikit-learn counts it.

    Args:
        logits: [examples, classes].
        labels: [examples], class numbers.
    """
    truth, predicted = labels.cpu().numpy(), logits.argmax(1).cpu().numpy()
    classes = np.arange(logits.shape[1])
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, predicted, labels=classes, average="macro", zero_division=0.0
    )
    right = int((truth == predicted).sum())
    return Quality(
        accuracy=right / len(truth),
        accuracy_interval=wilson_interval(right, len(truth)),
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion_matrix(truth, predicted, labels=classes)),
        test_examples=len(truth),
    )
