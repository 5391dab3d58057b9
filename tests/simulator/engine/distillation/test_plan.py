"""The steps of a training, and their learning rate."""

import pytest
import torch

from simulator.engine.distillation.plan import part_of_steps, warm_up_then_decay


@pytest.mark.parametrize(("epochs", "batches", "parts"), [(2, 3, 3), (1, 17, 10), (5, 4, 2), (1, 1, 3), (3, 2, 1)])
def test_the_parts_of_a_training_are_its_steps_once_each_in_order(epochs, batches, parts):
    whole = [[torch.tensor([e, b]) for b in range(batches)] for e in range(epochs)]
    seen, sizes = [], []
    for number in range(parts):
        part, before = part_of_steps(whole, number, parts)
        assert len(part) == epochs
        assert before == len(seen)
        rows = [(e, rows.tolist()) for e, batches in enumerate(part) for rows in batches]
        assert all(e == row[0] for e, row in rows)
        seen += [row for _, row in rows]
        sizes.append(len(rows))
    assert seen == [rows.tolist() for batches in whole for rows in batches]
    assert max(sizes) - min(sizes) <= 1


def test_the_learning_rate_warms_up_and_decays_to_nothing():
    rates = [warm_up_then_decay(step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0
    assert rates[100] == 0.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
