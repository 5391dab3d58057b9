"""From a scan to a run by hand, and back: when a scan predicts what a run measured."""

from __future__ import annotations

import pytest

from simulator.config.run import RunConfig
from simulator.events import CellFinished, Measurement, Variant
from simulator.experiments import make_experiment
from simulator.experiments.allocation import check, predicts, run_of, seeds_of
from simulator.experiments.sensitivity import WHOLE
from tests.simulator.runs.database.kept import measurement

SCAN = make_experiment("sensitivity", {"temperature": 2.0, "seed": 3}, {"sparsity": (0.5, 0.9)}, seeds=2)
SHARES = {"early": 0.5, "late": 0.9, "left": 0.0}
DROPS = {("early", 0.5): 0.02, ("early", 0.9): 0.3, ("late", 0.5): 0.0, ("late", 0.9): 0.04}


def cells() -> list[CellFinished]:
    """Layers of 100 parameters; the second seed's students are a point better, so their drops are the same."""
    made = []
    for seed in SCAN.all_seeds():
        whole = 0.9 + 0.01 * (seed - 3)
        made.append(CellFinished(at=WHOLE, seed=seed, values={"accuracy": whole}))
        for (layer, share), drop in DROPS.items():
            values = {"accuracy": whole - drop, "parameters": 100}
            made.append(CellFinished(at={"layer": layer, "sparsity": share}, seed=seed, values=values))
    return made


def measured(*, pruned: tuple[float, ...]) -> list[Measurement]:
    def variant(name: Variant, repeat: int, accuracy: float) -> Measurement:
        return measurement(name, repeat).model_copy(update={"accuracy": accuracy})

    both = [
        (variant("distilled", repeat, 0.8), variant("pruned", repeat, accuracy))
        for repeat, accuracy in enumerate(pruned)
    ]
    return [one for pair in both for one in pair]


def test_the_run_prunes_the_scans_students_by_hand() -> None:
    run = run_of(SCAN, SHARES)
    assert run.layer_shares == {"early": 0.5, "late": 0.9}
    assert (run.scope, run.pruning, run.importance, run.schedule) == (
        "by_hand",
        "unstructured",
        "magnitude",
        "one_shot",
    )
    assert (run.temperature, list(seeds_of(run))) == (2.0, list(SCAN.all_seeds()))
    assert predicts(SCAN, run)


@pytest.mark.parametrize(
    ("change", "is_predicted"),
    [
        ({"recovery_epochs": 7}, True),
        ({"seed": 4, "repeats": 1}, True),
        ({"seed": 4, "repeats": 2}, False),
        ({"temperature": 3.0}, False),
        ({"student_size": 0.5}, False),
        ({"importance": "random"}, False),
        ({"scope": "global", "layer_sparsity": ""}, False),
    ],
)
def test_a_scan_predicts_a_run_of_the_very_students_it_pruned(change: dict[str, object], is_predicted: bool) -> None:
    run = RunConfig.model_validate(run_of(SCAN, SHARES).model_dump() | change)
    assert predicts(SCAN, run) is is_predicted
    assert (check(SCAN, cells(), run, measured(pruned=(0.7, 0.72))) is not None) is is_predicted or run.repeats == 1


def test_the_drops_of_the_layers_stand_beside_what_the_run_lost() -> None:
    found = check(SCAN, cells(), run_of(SCAN, SHARES), measured(pruned=(0.7, 0.72)))
    assert found is not None
    assert found.predicted == pytest.approx(100 * (0.02 + 0.04))
    assert found.measured == pytest.approx(100 * (0.1 + 0.08) / 2)
    assert (found.test_examples, found.seeds) == (4, 2)


def test_nothing_is_predicted_of_a_share_that_was_not_scanned_or_of_a_run_that_was_not_pruned() -> None:
    assert check(SCAN, cells(), run_of(SCAN, {"early": 0.7}), measured(pruned=(0.7, 0.7))) is None
    assert check(SCAN, cells(), run_of(SCAN, SHARES), [measurement("distilled")]) is None
