"""From a sensitivity scan to a run: an allocation by hand, and what the scan predicted beside what the run measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from simulator.config.layer_shares import as_text
from simulator.config.run import RunConfig, make_config
from simulator.events import CellFinished, Measurement
from simulator.experiments.config import ExperimentConfig
from simulator.experiments.sensitivity import curves, predicted_drop
from simulator.figures.statistics import by_variant

PRUNES_AS_A_SCAN = {"pruning": "unstructured", "importance": "magnitude", "scope": "by_hand"}
AFTER_THE_SCAN = {
    *PRUNES_AS_A_SCAN, "layer_sparsity", "target_sparsity", "schedule", "rounds", "recovery_epochs",
    "recovery_with_teacher", "seed", "repeats",
}  # fmt: skip
"""Settings that do not decide the distilled student, and the seeds, of which the run may have fewer."""


@dataclass(frozen=True)
class Check:
    """How many points of accuracy pruning cost before any retraining; means over the seeds.

    Attributes:
        predicted: The scan's value, on validation examples, if the layers' losses add up.
        measured: The run's value, on the test.
        test_examples: Number of examples that this was measured on.
    """

    predicted: float
    measured: float
    test_examples: int
    seeds: int


def run_of(scan: ExperimentConfig, shares: Mapping[str, float]) -> RunConfig:
    """The run that prunes a scan's students by hand.

    Args:
        shares: Parameter name -> the share it loses; layers that lose nothing need not be named.
    """
    pruned = as_text({name: share for name, share in shares.items() if share})
    values = {**scan.base.model_dump(), **PRUNES_AS_A_SCAN, "schedule": "one_shot", "repeats": scan.seeds}
    return make_config({**values, "layer_sparsity": pruned})


def predicts(scan: ExperimentConfig, run: RunConfig) -> bool:
    """Whether a run prunes the very students that were scanned."""
    alike = all(getattr(run, name) == value for name, value in PRUNES_AS_A_SCAN.items())
    same = all(getattr(run, n) == getattr(scan.base, n) for n in RunConfig.model_fields if n not in AFTER_THE_SCAN)
    return alike and same and {*seeds_of(run)} <= {*scan.all_seeds()}


def seeds_of(run: RunConfig) -> range:
    """The seeds of a run's students."""
    return range(run.seed, run.seed + run.repeats)


def check(
    scan: ExperimentConfig, cells: Sequence[CellFinished], run: RunConfig, measurements: Sequence[Measurement]
) -> Check | None:
    """The scan's prediction beside the run's measurement; None if the scan does not predict the run.

    Args:
        cells: Of the whole scan.
        measurements: Of the whole run.
    """
    found = by_variant(measurements)
    if not predicts(scan, run) or not {"distilled", "pruned"} <= found.keys():
        return None
    scanned = [curves(cells, seed) for seed in seeds_of(run)]
    shares = run.layer_shares
    if any(share and share not in of[name].drops for of in scanned for name, share in shares.items()):
        return None  # a share that was not scanned
    lost = [before.accuracy - after.accuracy for before, after in zip(found["distilled"], found["pruned"], strict=True)]
    return Check(
        predicted=100 * fmean(predicted_drop(of, shares) for of in scanned),
        measured=100 * fmean(lost),
        test_examples=found["pruned"][0].test_examples,
        seeds=run.repeats,
    )
