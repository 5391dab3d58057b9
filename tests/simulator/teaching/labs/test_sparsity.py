"""Lab 3: how sparse, before accuracy falls off a cliff?"""

from __future__ import annotations

import pytest

from simulator.events import CellFinished
from simulator.experiments import ExperimentConfig
from simulator.teaching.labs.sparsity import RECOVERY, SPARSITIES, SPARSITY
from tests.simulator.teaching.labs.made import config_of, experiment


def swept(just_pruned: tuple[float, ...], recovered: tuple[float, ...]):
    config = config_of(SPARSITY)
    assert isinstance(config, ExperimentConfig)
    cells = [
        CellFinished(
            at={"target_sparsity": s, "recovery_epochs": epochs},
            seed=seed,
            values={"distilled": 0.9, "final": final},
        )
        for epochs, finals in ((0, just_pruned), (RECOVERY, recovered))
        for s, final in zip(SPARSITIES, finals, strict=True)
        for seed in range(2)
    ]
    return experiment(config, cells)


def test_the_cliff_and_what_recovery_moves():
    found = swept((0.9, 0.89, 0.85, 0.6, 0.3, 0.1), (0.9, 0.9, 0.9, 0.89, 0.85, 0.6))
    assert SPARSITY.answer(found).value == pytest.approx(80)
    assert "up to 50 % sparsity just pruned, and up to 80 % after" in SPARSITY.answer(found).sentence
    fall, back = SPARSITY.questions(found)
    assert fall.right == 80.0
    assert back.right_words() == "+50.0 points"
    assert set(back.options) == {
        "+50.0 points",
        "\N{MINUS SIGN}50.0 points",
        "\N{MINUS SIGN}30.0 points",
        "\N{MINUS SIGN}80.0 points",
    }
    cliff, recovery, _ = SPARSITY.takeaway(found)
    assert "Up to 50 % hardly anything happened" in cliff
    assert "from 50 % to 80 %" in recovery


def test_no_cliff_and_no_recovery_are_called_so():
    found = swept((0.9,) * 6, (0.9,) * 6)
    assert SPARSITY.answer(found).value == pytest.approx(95)
    fall, back = SPARSITY.questions(found)
    assert (fall.right, back.right) == (0, 0) and back.is_number
    cliff, recovery, _ = SPARSITY.takeaway(found)
    assert "cliff did not show" in cliff and "did not move the limit" in recovery


def test_a_gap_ends_the_safe_range():
    """A lucky 70 % after a bad 50 % does not count."""
    found = swept((0.9, 0.5, 0.9, 0.9, 0.9, 0.9), (0.5, 0.9, 0.9, 0.9, 0.9, 0.9))
    assert SPARSITY.answer(found).value == 0
    assert "up to 30 % sparsity just pruned, and up to 0 % after" in SPARSITY.answer(found).sentence
