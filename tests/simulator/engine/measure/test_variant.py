"""What is measured of one variant."""

from types import SimpleNamespace

import torch

from simulator.engine.datasets.batches import Examples
from simulator.engine.measure.variant import first_rows


def test_a_batch_of_32_is_timed_however_few_test_examples_there_are():
    """Own data may leave 30 of them: 120 texts or pictures in two classes."""
    few = Examples({"pixels": torch.arange(30.0)[:, None]}, torch.zeros(30))
    batch = first_rows(SimpleNamespace(test=few, device="cpu"), 32)
    assert batch["pixels"].flatten().tolist() == [*range(30), 0, 1]
