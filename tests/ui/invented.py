"""Measurements and events for tests. Invented numbers: they never leave the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.events import (
    Described,
    EpochFinished,
    Event,
    Latency,
    LayerReport,
    LossPoint,
    Measured,
    Measurement,
    Progress,
    Provenance,
    RunFinished,
    StageFinished,
    StageStarted,
)
from simulator.figures.statistics import wilson_interval

TESTED = 200


def measurement(name: Any, accuracy: float = 0.9, latency: float = 10.0, **changes: Any) -> Measurement:
    right = round(accuracy * TESTED)
    spread = Latency(median=latency, p25=latency * 0.9, p75=latency * 1.1, p95=latency * 1.2, runs=20, threads=2)
    values: dict[str, Any] = {
        "name": name,
        "accuracy": accuracy,
        "accuracy_interval": wilson_interval(right, TESTED),
        "precision": accuracy,
        "recall": accuracy,
        "f1": accuracy,
        "confusion": ((right // 2, (TESTED - right) // 2), ((TESTED - right) // 2, right // 2)),
        "test_examples": TESTED,
        "parameters": 1000,
        "nonzero_parameters": 1000,
        "sparsity": 0.0,
        "prunable_sparsity": 0.0,
        "macs": 5000,
        "macs_at": "3 x 32 x 32",
        "size_bytes": 4000,
        "gzip_bytes": 3600,
        "latency_ms": {"batch_1": spread, "batch_32": spread},
        "stage_peak_memory_mb": 500.0,
        "layers": (
            LayerReport(name="conv", kind="Conv2d", shape=(4, 3, 3, 3), parameters=108, nonzero_parameters=54),
            LayerReport(name="bias", kind="Linear", shape=(4,), parameters=4, nonzero_parameters=4),
        ),
    }
    return Measurement(**(values | changes))


PROVENANCE = Provenance(
    source="scratch",
    repository="torchvision/resnet18",
    revision=None,
    seed=0,
    sha256=None,
    notice="The published weights cannot be reached.",
    data="digits-0123",
    teacher="resnet18-digits-4567",
    teacher_was_cached=False,
    versions={"torch": "2.9.1"},
    device="a test's CPU",
    threads=2,
    recorded_at="2026-05-03T10:00:00+00:00",
)


def whole_run(recovery: bool = True) -> Iterator[Event]:
    """Yield all events of a short run, in order."""
    yield from stage("prepare")
    yield Described(provenance=PROVENANCE, class_names=("cat", "dog"))
    yield from stage("teacher")
    yield from training("control", "control", soft=None)
    yield from training("distil", "distilled", soft=1.0)
    yield from stage("prune")
    if recovery:
        yield from training("recover", "recovered", soft=1.0)
    yield StageStarted(stage="measure", note="")
    for name in ("teacher", "control", "distilled", "pruned", *(("recovered",) if recovery else ())):
        yield Measured(measurement=measurement(name))
    yield StageFinished(stage="measure", seconds=1, peak_memory_mb=600)
    yield RunFinished(seconds=12, peak_memory_mb=600)


def stage(name: Any) -> Iterator[Event]:
    yield StageStarted(stage=name, note="")
    yield StageFinished(stage=name, seconds=1, peak_memory_mb=500)


def training(name: Any, variant: Any, soft: float | None) -> Iterator[Event]:
    yield StageStarted(stage=name, note="Training")
    yield EpochFinished(variant=variant, epoch=0, validation_accuracy=0.1)
    for step in (1, 2, 3, 4):
        hard = 1 / step
        yield LossPoint(
            variant=variant,
            step=step,
            epoch=step / 2,
            total=hard + (soft or 0),
            hard=hard,
            soft=None if soft is None else soft / step,
            learning_rate=1e-3,
        )
        yield Progress(stage=name, done=step * 32, total=128, examples_per_second=123.4, seconds_left=4.0 - step)
    yield EpochFinished(variant=variant, epoch=1, validation_accuracy=0.8)
    yield StageFinished(stage=name, seconds=3, peak_memory_mb=550, examples=128)
