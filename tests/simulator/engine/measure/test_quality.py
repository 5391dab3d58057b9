"""Accuracy, precision, recall and F1 against scikit-learn."""

import torch
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from simulator.engine.measure.quality import measure_quality


def test_quality_is_scikit_learns():
    generator = torch.Generator().manual_seed(0)
    logits, labels = torch.randn(200, 4, generator=generator), torch.randint(0, 4, (200,), generator=generator)
    predicted = logits.argmax(1)
    q = measure_quality(logits, labels)
    assert q.accuracy == accuracy_score(labels, predicted)
    assert q.precision == precision_score(labels, predicted, average="macro")
    assert q.recall == recall_score(labels, predicted, average="macro")
    assert q.f1 == f1_score(labels, predicted, average="macro")
    assert q.confusion[1][2] == int(((labels == 1) & (predicted == 2)).sum())
    assert sum(map(sum, q.confusion)) == q.test_examples == 200
    assert q.accuracy_interval[0] < q.accuracy < q.accuracy_interval[1]


def test_a_class_that_is_never_predicted_has_precision_zero():
    q = measure_quality(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]))
    assert (q.accuracy, q.precision, q.recall) == (0.5, 0.25, 0.5)
    assert q.confusion == ((1, 0), (1, 0))
