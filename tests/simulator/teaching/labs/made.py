"""Evidence with invented numbers, for answers that can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from simulator.config.run import RunConfig
from simulator.events import CellFinished, Concluded, Conclusion, Described, Latency, Measured, RunFinished
from simulator.experiments import ExperimentConfig
from simulator.runs.database.store import open_store
from simulator.runs.records import Run
from simulator.teaching.labs.evidence import Evidence, evidence
from simulator.teaching.labs.teacher import TEACHER
from simulator.teaching.labs.temperature import TEMPERATURE
from tests.ui.invented import PROVENANCE, TESTED, measurement

WHEN = datetime(2026, 5, 3, tzinfo=UTC)


def put(run_id: str, config: RunConfig | ExperimentConfig, events: list[Any]) -> str:
    """A finished run with these events, in the store."""
    run = Run(id=run_id, state="finished", origin="app", config=config, forecast=None, created_at=WHEN)
    described = Described(provenance=PROVENANCE, class_names=("cat", "dog"), labels=(1,) * TESTED)
    events = [described, *events, RunFinished(seconds=1, peak_memory_mb=2)]
    assert open_store().restore([(run, events)], {}) == 1
    return run_id


def answering(name: str, right: range, **changes: Any) -> Measured:
    """A variant that answers the test examples of these numbers rightly, and no others."""
    answers = tuple(int(i in right) for i in range(TESTED))
    return Measured(measurement=measurement(name, len(right) / TESTED, **{"answers": answers, **changes}))


def one_run(config: RunConfig, *events: Measured) -> Evidence:
    return evidence([put("r1", config, list(events))])


def experiment(config: ExperimentConfig, cells: list[CellFinished], conclusion: Any = None) -> Evidence:
    end = [Concluded(conclusion=conclusion)] if conclusion else []
    return evidence([put("s1", config, [*cells, *end])])


def settings_of(lab):
    return {choice.setting: choice.start for choice in lab.choices}


def config_of(lab) -> RunConfig:
    return lab.configs(settings_of(lab))[0]


def labelled(few: tuple[float, float], many: tuple[float, float] = (0.9, 0.9), wobble: float = 0.01):
    """Control and distilled with few and with many labels.

    The distilled one's seeds differ by ``wobble`` with few, by half of it with many.
    """
    config = config_of(TEACHER)
    assert isinstance(config, ExperimentConfig)
    cells = [
        CellFinished(
            at={"labels": labels, "student": student}, seed=seed, values={"accuracy": a + add * spread * (seed - 1)}
        )
        for labels, pair, spread in ((50, few, wobble), (500, many, wobble / 2))
        for student, a, add in zip(("control", "distilled"), pair, (0, 1), strict=True)
        for seed in range(3)
    ]
    return experiment(config, cells, config.conclude(cells))


def hot(
    answer: str,
    shown: bool = False,
    entropies: tuple[float, ...] = (0.1, 1.0, 2.0),
    wobble: float = 0.0,
    accuracies: tuple[float, ...] = (0.80, 0.84, 0.77),
):
    """Students at three temperatures; the higher T, the more ``wobble`` adds to what the seeds differ by."""
    config = config_of(TEMPERATURE)
    assert isinstance(config, ExperimentConfig)
    cells = [
        CellFinished(
            at={"temperature": t},
            seed=seed,
            values={
                "entropy": e,
                "accuracy": a + (1 + wobble * t) * (seed - 1) / 100,
                "agreement": 0.9,
                "validation_accuracy": a,
            },
        )
        for t, e, a in zip((1.0, 4.0, 20.0), entropies, accuracies, strict=True)
        for seed in range(3)
    ]
    compared = config.conclude(cells).comparisons
    conclusion = Conclusion(sentences=("It is warm.",), answer=answer, shown=shown, comparisons=compared)
    return experiment(config, cells, conclusion)


def timed(median: float, spread: float = 0.1) -> dict[str, Latency]:
    one = Latency(
        median=median, p25=median * (1 - spread), p75=median * (1 + spread), p95=median * 1.5, runs=9, threads=2
    )
    return {"batch_1": one, "batch_32": one}
