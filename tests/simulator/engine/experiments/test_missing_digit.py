"""The bias that brings a digit back."""

from __future__ import annotations

import pytest
import torch

from simulator.engine import experiments
from simulator.engine.experiments import missing_digit
from tests.simulator.engine.experiments.tiny import cells, tiny


def test_the_best_bias_is_that_of_a_fine_search():
    torch.manual_seed(0)
    logits, labels = torch.randn(400, 10), torch.randint(0, 10, (400,))
    logits[torch.arange(400), labels] += 1.5
    logits[:, 3] -= 2.0

    def right(bias):
        return (missing_digit.raised(logits, bias).argmax(1) == labels).double().mean().item()

    found = missing_digit.best_bias(logits, labels)
    assert right(found) >= max(right(b) for b in torch.linspace(0, 8, 800).tolist())
    assert right(found) > right(0.0)
    assert missing_digit.best_bias(logits, labels * 0) == 0.0


@pytest.mark.usefixtures("use_shared_data")
def test_the_student_of_the_missing_digit_sees_none(monkeypatch):
    seen = []
    real = experiments.Bench.train

    def watched(self, config, initial, examples, *rest):
        seen.append(examples.labels)
        return real(self, config, initial, examples, *rest)

    monkeypatch.setattr(experiments.Bench, "train", watched)
    measured = cells(list(experiments.run(tiny("missing_digit"))))
    assert seen and not any((labels == 3).any() for labels in seen)
    assert all(c.values["test_threes"] == 46 or c.values["test_threes"] == 45 for c in measured)
    assert all(c.values["bias"] >= 0 and c.values["threes_after"] >= c.values["threes_before"] for c in measured)
