"""The bias that brings a digit back."""

from __future__ import annotations

import torch

from simulator.engine.experiments import missing_digit


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
