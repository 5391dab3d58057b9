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
            values={"distilled": 0.9, "final": final, "zeros": 0.98 * s},
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
    shape, changed = SPARSITY.questions(found)
    assert shape.right_words().startswith("They differ: those that go first matter little")
    changes = "From none to 50 % sparsity accuracy changes by \N{MINUS SIGN}1.0 points, from 50 % to 95 % by "
    changes += "\N{MINUS SIGN}79.0 points"
    assert changes in shape.explanation and changes in shape.hint
    # recovery changes most at 90 %: from 30 to 85 %
    assert "At 90 % sparsity the student answers 30.0 % correctly just pruned, and 85.0 % after" in changed.text
    assert changed.right_words() == "The values of the weights that were left"
    assert "88.2 % of the parameters are zero just pruned, and 88.2 % after recovery" in changed.explanation
    cliff, recovery, _ = SPARSITY.takeaway(found)
    assert "Up to 50 % hardly anything happened" in cliff
    assert "from 50 % to 80 %" in recovery


def test_no_cliff_and_no_recovery_are_called_so():
    found = swept((0.9,) * 6, (0.9,) * 6)
    assert SPARSITY.answer(found).value == pytest.approx(95)
    assert SPARSITY.questions(found)[0].right_words().startswith("Hardly any of them is needed")
    cliff, recovery, _ = SPARSITY.takeaway(found)
    assert "cliff did not show" in cliff and "did not move the limit" in recovery


@pytest.mark.parametrize(
    ("just_pruned", "right", "half", "most"),
    [
        (
            (0.9, 0.905, 0.85, 0.6, 0.61, 0.6),
            "They differ: those that go first matter little",
            "+0.5",
            "\N{MINUS SIGN}30.5",
        ),
        ((0.9, 0.89, 0.7, 0.8, 0.9, 0.91), "Hardly any of them is needed", "\N{MINUS SIGN}1.0", "+2.0"),
        ((0.9, 0.5, 0.5, 0.6, 0.7, 0.8), "They differ: those that go first matter most", "\N{MINUS SIGN}40.0", "+30.0"),
    ],
)
def test_a_rise_is_not_told_as_a_loss(just_pruned, right, half, most):
    shape, _ = SPARSITY.questions(swept(just_pruned, (0.9,) * 6))
    assert shape.right_words().startswith(right)
    for text in (shape.explanation, shape.hint):
        assert f"changes by {half} points, from 50 % to 95 % by {most} points" in text


def test_a_gap_ends_the_safe_range():
    """A lucky 70 % after a bad 50 % does not count."""
    found = swept((0.9, 0.5, 0.9, 0.9, 0.9, 0.9), (0.5, 0.9, 0.9, 0.9, 0.9, 0.9))
    assert SPARSITY.answer(found).value == 0
    assert "up to 30 % sparsity just pruned, and up to 0 % after" in SPARSITY.answer(found).sentence


@pytest.mark.parametrize(
    ("just_pruned", "words"),
    [
        ((0.81, 0.74, 0.66, 0.63, 0.6, 0.58), "They are alike"),  # 16 of 32 points for 50 of 95 % of the weights
        ((0.6, 0.5, 0.45, 0.45, 0.42, 0.4), "They differ: those that go first matter most"),
        ((0.88, 0.86, 0.7, 0.6, 0.5, 0.4), "They differ: those that go first matter little"),
    ],
)
def test_the_shape_of_the_fall_says_which_weights_matter(just_pruned, words):
    assert SPARSITY.questions(swept(just_pruned, (0.9,) * 6))[0].right_words().startswith(words)
