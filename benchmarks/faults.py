"""Kill workers and servers at random moments of real runs, without a warning, and count what is lost or left over.

Each run that is killed waits with its own rerun behind it, so that every kill also asks whether the queue continues and
whether the same settings run again; the last rerun must finish. The moments are spread evenly over the stages, and over
the time before the first of them; the events that the run had stored show in which stage each kill really fell.

    python -m benchmarks.faults [--kills 200] [--seed 0]

Prints one line of JSON and ends with 1 unless all that was lost or left over is 0.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from safetensors import SafetensorError, safe_open

from simulator.config.run import RunConfig, make_config
from simulator.data import own_data, uploads
from simulator.data.uploads.classes import FEWEST
from simulator.events import Event, RunFailed, RunFinished, StageFinished, StageStarted
from simulator.host.machine import is_alive
from simulator.host.paths import UNFINISHED, cache_dir, data_dir
from simulator.runs import archive, service
from simulator.runs.database.store import ENDED, Run, Store, open_store
from simulator.teaching import lesson
from tests.simulator.brought import pictures, zip_bytes
from tests.waiting import wait_until

Numbered = tuple[int, Event]

SMALLEST = {"student_size": 0.25, "train_examples": 64, "epochs": 1, "recovery_epochs": 1, "weights": "scratch"}

ROOT = Path(__file__).parents[1]
SERVER = "import sys; from simulator.runs import service; service.start(); sys.stdin.read()"  # until this process ends
START = "start"
STAGES = (START, "prepare", "teacher", "control", "distil", "prune", "recover", "measure")
VICTIMS = ("worker", "server")
FAULTS = ("runs lost", "events lost", "files left over", "processes left over")
PATIENCE_SECONDS = 900.0
SOONER = 0.7
GONE_SECONDS = 20.0
SWEPT_SECONDS = 5.0
WHOLE_EXPORT = {"model.safetensors", "config.json", "README.md", "load.py", lesson.FACTS_FILE, lesson.NUMBERS_FILE}


@dataclass(frozen=True)
class Kill:
    """Which process is killed, in which stage, after which share of the time that the stage takes."""

    victim: str
    stage: str
    share: float


@dataclass
class Losses:
    """What was lost or left over, what was killed, and in which stages it was."""

    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0))
    killed: Counter[str] = field(default_factory=Counter)
    fell: Counter[str] = field(default_factory=Counter)

    def count(self, fault: str, found: object, run_id: str) -> None:
        """One fault more, if ``found`` is anything at all."""
        if found:
            self.counted[fault] += 1
            print(f"{run_id}: {fault}: {found}", file=sys.stderr, flush=True)


class Scene:
    """A server that carries out runs, in a data directory of its own."""

    def __init__(self) -> None:
        self.store: Store = open_store()
        self.server = self._start()
        self.seconds: dict[str, float] = {}
        self.usual: set[Path] = set()
        self.read: list[Numbered] = []

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdin=subprocess.PIPE)

    def rehearse(self, config: RunConfig) -> None:
        """Carry out one whole run and note how long its stages take."""
        run_id = service.submit(config)
        wait_until(lambda: self.store.get(run_id).state == "running", PATIENCE_SECONDS)
        started = time.monotonic()
        wait_until(lambda: self.store.events(run_id), PATIENCE_SECONDS)
        self.seconds[START] = time.monotonic() - started
        wait_until(lambda: self.store.get(run_id).state in ENDED, PATIENCE_SECONDS)
        for _, event in self.store.events(run_id):
            if isinstance(event, StageFinished):
                self.seconds[event.stage] = event.seconds
        self.usual = temporary_files()
        missing = set(STAGES) - self.seconds.keys()
        assert not missing, f"the rehearsal never came to {missing}: {self.store.get(run_id).message}"

    def strike(self, kill: Kill, run_id: str, losses: Losses) -> bool:
        """Kill at the moment that was drawn and look at what is left; False if the run had ended by then."""
        self.read = []
        wait_until(lambda: self._has_reached(kill.stage, run_id), PATIENCE_SECONDS)
        time.sleep(kill.share * self.seconds[kill.stage])
        before, run = self.store.events(run_id), self.store.get(run_id)
        if run.state in ENDED:
            self.seconds[kill.stage] *= SOONER  # the machine was busier at the rehearsal: no moment may be out of reach
            return False
        assert run.process is not None
        doomed = with_children(int(run.process.partition("@")[0]))
        if kill.victim == "server":
            doomed += with_children(self.server.pid)
        victim = psutil.Process(self.server.pid) if kill.victim == "server" else doomed[0]
        victim.kill()
        if kill.victim == "server":
            self.server.wait()
            self.server = self._start()
        _, alive = psutil.wait_procs(doomed, timeout=GONE_SECONDS)
        losses.count("processes left over", alive, run_id)
        losses.killed[kill.victim] += 1
        losses.fell[stage_of(before)] += 1
        self._look_at(run_id, before, losses)
        return True

    def _has_reached(self, stage: str, run_id: str) -> bool:
        run = self.store.get(run_id)
        if run.state in ENDED or stage == START:
            return run.state != "queued"
        self.read += self.store.events(run_id, after=len(self.read))
        return any(isinstance(e, StageStarted) and e.stage == stage for _, e in self.read)

    def _look_at(self, run_id: str, before: list[Numbered], losses: Losses) -> None:
        lost = not held_within(lambda: self.store.get(run_id).state in ENDED)
        run, after = self.store.get(run_id), self.store.events(run_id)
        losses.count("runs lost", lost or not tells_its_end(run, after), run_id)
        in_order = [n for n, _ in after] == list(range(1, len(after) + 1))
        losses.count("events lost", after[: len(before)] != before or not in_order, run_id)
        held_within(lambda: not left_over(run_id, self.usual), SWEPT_SECONDS)
        losses.count("files left over", left_over(run_id, self.usual), run_id)


def with_children(pid: int) -> list[psutil.Process]:
    """A process and those that it started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def forget_teachers() -> None:
    """Delete the kept teachers: the next run trains its own."""
    shutil.rmtree(cache_dir("teachers"), ignore_errors=True)


def held_within(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether something becomes true in time."""
    try:
        wait_until(condition, seconds)
    except AssertionError:
        return False
    return True


def tells_its_end(run: Run, events: list[Numbered]) -> bool:
    """Whether the last event of a run that has ended says so and, after a kill, says what happened and what to do."""
    last = events[-1][1] if events else None
    if run.state == "finished":
        return isinstance(last, RunFinished)
    return bool(run.message and run.advice) and last == RunFailed(message=run.message, advice=run.advice)


def stage_of(events: list[Numbered]) -> str:
    """The stage that is under way according to a run's stored events."""
    stage = START
    for _, event in events:
        if isinstance(event, StageStarted):
            stage = event.stage
        elif isinstance(event, StageFinished):
            stage = f"after {event.stage}"
    return stage


def left_over(run_id: str, usual: set[Path]) -> list[str]:
    """Files that a killed run should not have left: half ones, an export that is not whole, temporary ones.

    Args:
        usual: The temporary files that undisturbed runs leave, too: torch makes a folder for its compiler.
    """
    export = archive.export_dir(run_id)
    found = [path for base in {data_dir(), cache_dir()} for path in base.rglob("*.part*") if not is_being_made(path)]
    found += temporary_files() - usual
    return [str(path) for path in found] + [f"{export} is not whole"] * (export.exists() and not is_whole(export))


def temporary_files() -> set[Path]:
    """The content of the folder for temporary files."""
    return set(Path(tempfile.gettempdir()).iterdir())


def is_being_made(part: Path) -> bool:
    """Whether a living process, such as the next run, is making this file or folder."""
    return any(made_by and is_alive(made_by[1]) for made_by in map(UNFINISHED.search, part.parts))


def is_whole(export: Path) -> bool:
    """Whether a student was exported to its last byte."""
    try:
        for name in ("model.safetensors", lesson.NUMBERS_FILE):
            with safe_open(str(export / name), "numpy") as opened:
                list(opened.keys())
    except (OSError, SafetensorError):
        return False
    return {path.name for path in export.iterdir()} >= WHOLE_EXPORT


def draw(kills: int, seed: int) -> list[Kill]:
    """Moments spread evenly over stages and victims, in an order that the seed decides.

    Those of the teacher come first: until one is kept, every run trains its own.
    """
    chance = random.Random(seed)
    rounds = (divmod(number, len(STAGES)) for number in range(kills))
    moments = [Kill(VICTIMS[(number + stage) % 2], STAGES[stage], chance.random()) for number, stage in rounds]
    chance.shuffle(moments)
    return sorted(moments, key=lambda kill: kill.stage != "teacher")


def break_runs(kills: int, seed: int, config: RunConfig) -> Losses:
    """Carry out ``kills`` kills, one run each; a kill that came too late is tried on the next run."""
    scene, losses = Scene(), Losses()
    try:
        scene.rehearse(config)
        run_id = service.submit(config)
        for number, kill in enumerate(draw(kills, seed), 1):
            struck = False
            while not struck:
                if kill.stage == "teacher":  # one that is kept is not trained: there would be no moment to hit
                    forget_teachers()
                follower = service.rerun(run_id)
                struck = scene.strike(kill, run_id, losses)
                run_id = follower
            print(f"{number}: {kill}", file=sys.stderr, flush=True)
        stalled = not held_within(lambda: scene.store.get(run_id).state in ENDED)
        losses.count("runs lost", stalled or scene.store.get(run_id).state != "finished", run_id)
        losses.count("files left over", left_over(run_id, scene.usual), run_id)
    finally:
        scene.server.kill()
        scene.server.wait()
    return losses


def few_pictures() -> str:
    """Own data of so few pictures that a teacher is trained in seconds; gives its name."""
    draft = uploads.check("few.zip", zip_bytes(pictures(FEWEST // 2)))
    return own_data.keep(draft.name, "Few pictures").name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        temporary = Path(place, "temporary")
        temporary.mkdir()
        tempfile.tempdir = str(temporary)
        os.environ.update(KDPS_DATA_DIR=str(Path(place, "data")), TMPDIR=str(temporary), HF_HUB_OFFLINE="1")
        os.environ["KDPS_KEEP_GB"] = "0"  # every run trains its students: what is taken over could not be hit
        config = make_config({"model": "resnet18", "dataset": few_pictures(), **SMALLEST})
        losses = break_runs(options.kills, options.seed, config)
    figures = {
        "kills": losses.killed,
        **losses.counted,
        "fell": losses.fell,
        "minutes": (time.monotonic() - started) / 60,
    }
    print(json.dumps(figures))
    return int(any(losses.counted.values()))


if __name__ == "__main__":
    sys.exit(main())
