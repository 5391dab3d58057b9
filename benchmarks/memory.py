"""How much memory the whole application needs: server, worker and a run with its teacher, in a control group.

    python -m benchmarks.memory [--model NAME ...] [--limit MIB] [--smallest] [--json FILE]

Prints, for each stage, the most anonymous memory that all processes held together: what cannot be given up. The file
cache, which holds the libraries too, makes room where it must. Teachers and students train for one epoch, which needs
as much memory as many do; students on 256 examples. With --smallest, limits from that peak upwards are tried in steps
of 32 MiB until the run completes in one. Needs root, for control groups. The server is started as Community Cloud
starts it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import secrets
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.control_groups import Limits, limited
from simulator.catalog.models import MODELS, MORE_MODELS
from simulator.config.run import RunConfig, make_config
from simulator.events import StageStarted
from simulator.host.machine import MB, is_alive, process_name
from simulator.runs.database.store import ENDED, Store, open_store
from tests.serving import served

HOSTED = "hosted/streamlit_app.py"
CORES = 2
SMALL_HOST_MB = round(2.7e9 / MB)
STEP_MB = 32
POLL_SECONDS = 0.05
SHORT = {"weights": "scratch", "train_examples": 256, "epochs": 1, "recovery_epochs": 1}


@dataclass
class Outcome:
    """What a run in a control group needed.

    Attributes:
        completed: Whether it finished within the limit.
        message: Why it did not; empty if it did.
        peaks_mb: Stage -> the most anonymous memory of the application meanwhile, MiB; "server" is before the run.
    """

    limit_mb: float
    completed: bool = False
    message: str = ""
    peaks_mb: dict[str, float] = field(default_factory=dict)

    @property
    def peak_mb(self) -> float:
        """The highest of all stages."""
        return max(self.peaks_mb.values())

    def __str__(self) -> str:
        stages = ", ".join(f"{stage} {peak:.0f}" for stage, peak in self.peaks_mb.items())
        ending = "completed" if self.completed else f"did not complete: {self.message}"
        return f"{self.limit_mb:.0f} MiB: {ending}; peak {self.peak_mb:.0f} MiB ({stages})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--limit", type=float, default=SMALL_HOST_MB, metavar="MIB")
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: dict[str, list[Outcome]] = {}
    for model in options.model or MODELS:
        results[model] = [carry_out(model, options.limit)]
        print(f"{model} in {results[model][0]}", flush=True)
        if options.smallest:
            results[model] += smallest(model, results[model][0].peak_mb)
    if options.json:
        listed = {model: [asdict(outcome) for outcome in tries] for model, tries in results.items()}
        options.json.write_text(json.dumps(listed, indent=2), encoding="utf-8")


def smallest(model: str, peak_mb: float) -> list[Outcome]:
    """Tries from a run's peak of anonymous memory upwards, until a limit is enough."""
    tries: list[Outcome] = []
    while not tries or not tries[-1].completed:
        tries.append(carry_out(model, STEP_MB * (math.ceil(peak_mb / STEP_MB) + len(tries))))
        print(f"{model} in {tries[-1]}", flush=True)
    return tries


def carry_out(model: str, limit_mb: float) -> Outcome:
    """A short run, its teacher from random weights, in the whole application with two cores and so much memory.

    No worker waits with torch loaded, as in every group of less than 2 GB.
    """
    environment = {MORE_MODELS: "benchmarks.one_epoch", "HF_HUB_OFFLINE": "1", "KDPS_WARM": "0"}
    with tempfile.TemporaryDirectory() as folder, limited(cpu=CORES, memory_mb=limit_mb) as limits:
        os.environ["KDPS_DATA_DIR"] = folder
        with served(Path(folder), main=HOSTED, inside=limits.command, **environment) as server:
            outcome = Outcome(limit_mb, peaks_mb={"server": limits.anonymous_memory_mb()})
            config, name = make_config({"model": model, **SHORT}), process_name(server.pid)
            watch(config, open_store(), limits, outcome, name)
            return outcome


def watch(config: RunConfig, store: Store, limits: Limits, outcome: Outcome, server: str) -> None:
    """Put a run into the server's queue, whatever the forecast says of its memory, and follow it to its end.

    Args:
        server: Its process, by name; where it ends, nobody carries the run out.
    """
    run_id, stage, seen = secrets.token_hex(5), "start", 0
    store.add(run_id, config, None)
    while (state := store.state_of(run_id)) not in ENDED:
        outcome.peaks_mb[stage] = max(outcome.peaks_mb.get(stage, 0.0), limits.anonymous_memory_mb())
        for number, event in store.events(run_id, seen):
            seen, stage = number, event.stage if isinstance(event, StageStarted) else stage
        if not is_alive(server):
            outcome.message = "The server's process was killed by the system: probably out of memory."
            return
        time.sleep(POLL_SECONDS)
    outcome.completed, outcome.message = state == "finished", store.get(run_id).message


if __name__ == "__main__":
    main()
