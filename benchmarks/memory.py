"""How much memory the whole application needs: server, worker and a run with its teacher, in a control group.

    python -m benchmarks.memory [--model NAME ...] [--limit MIB] [--smallest] [--quick] [--json FILE]

Anonymous memory is what cannot be given up; the file cache, libraries among it, makes room where it must. With
--smallest, the smallest limit in which the run completes is searched for, in steps of 32 MiB. With --quick, teachers
and students train for one epoch. Needs root, for control groups; the server is started as Community Cloud starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.control_groups import Limits, limited
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.events import StageStarted
from simulator.runs.database.store import ENDED, open_store
from tests.serving import served

HOSTED = "hosted/streamlit_app.py"
UNLIMITED_MB = 16_000.0
STEP_MB = 32
POLL_SECONDS = 0.05


@dataclass
class Outcome:
    """What a run in a control group needed.

    Attributes:
        completed: Whether it finished within the limit.
        message: Why it did not; empty if it did.
        peaks_mb: Stage -> the most anonymous memory that the application held meanwhile, MiB; "server" is before it.
    """

    limit_mb: float
    completed: bool = False
    message: str = ""
    peaks_mb: dict[str, float] = field(default_factory=dict)

    @property
    def peak_mb(self) -> float:
        """The highest of all stages."""
        return max(self.peaks_mb.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--limit", type=float, default=UNLIMITED_MB, metavar="MIB")
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: dict[str, list[Outcome]] = {}
    for model in options.model or MODELS:
        tries = results[model] = [shown(model, carry_out(model, options.limit, options.quick))]
        if options.smallest and tries[0].completed:
            tries += smallest(model, tries[0].peak_mb, options.quick)
    if options.json:
        listed = {model: [asdict(outcome) for outcome in tries] for model, tries in results.items()}
        options.json.write_text(json.dumps(listed, indent=2), encoding="utf-8")


def shown(model: str, outcome: Outcome) -> Outcome:
    """Print an outcome, and pass it on."""
    stages = ", ".join(f"{stage} {peak:.0f}" for stage, peak in outcome.peaks_mb.items())
    ending = "completed" if outcome.completed else f"did not complete: {outcome.message}"
    print(f"{model} in {outcome.limit_mb:.0f} MiB {ending}; peak {outcome.peak_mb:.0f} MiB ({stages})", flush=True)
    return outcome


def smallest(model: str, peak_mb: float, quick: bool) -> list[Outcome]:
    """Tries around a run's peak until one limit is enough and the one a step below is not."""
    limit, tries = STEP_MB * round(peak_mb / STEP_MB), list[Outcome]()
    while True:
        tries.append(shown(model, carry_out(model, limit, quick)))
        if len({outcome.completed for outcome in tries}) == 2:
            return tries
        limit += -STEP_MB if tries[-1].completed else STEP_MB


def carry_out(model: str, limit_mb: float, quick: bool = False, cpu: float | None = None) -> Outcome:
    """A default run, its teacher from random weights, in the whole application with so much memory.

    Args:
        quick: Whether everything trains for one epoch.
        cpu: Cores; None does not limit them.
    """
    short, environment = ({"epochs": 1}, {"KDPS_MODELS": "benchmarks.one_epoch"}) if quick else ({}, {})
    config = make_config({"model": model, "weights": "scratch", **short})
    with tempfile.TemporaryDirectory() as folder, limited(cpu=cpu, memory_mb=limit_mb) as limits:
        os.environ["KDPS_DATA_DIR"] = folder
        with served(Path(folder), main=HOSTED, inside=limits.command, HF_HUB_OFFLINE="1", **environment):
            return watched(config, limits, Outcome(limit_mb))


def watched(config: RunConfig, limits: Limits, outcome: Outcome) -> Outcome:
    """Put the run in the server's queue, whatever the forecast says of its memory, and look until it has ended."""
    store, stage, seen = open_store(), "server", 0
    run_id = secrets.token_hex(5)
    store.add(run_id, config, None)
    while (state := store.state_of(run_id)) not in ENDED:
        outcome.peaks_mb[stage] = max(outcome.peaks_mb.get(stage, 0.0), limits.anonymous_memory_mb())
        for number, event in store.events(run_id, seen):
            seen = number
            stage = event.stage if isinstance(event, StageStarted) else stage
        time.sleep(POLL_SECONDS)
    outcome.completed, outcome.message = state == "finished", store.get(run_id).message
    return outcome


if __name__ == "__main__":
    main()
