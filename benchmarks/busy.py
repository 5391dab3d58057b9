"""What a training example of the distillation step costs on a busy machine: processor time, and examples a second.

Each model is trained on one thread and on two: on an idle machine, beside one busy process a core, of equal priority
or less nice by ``--niceness``, and with a container's quota of half a core. The teacher is untrained and its logits are
random, which changes no time. The last line is no training but matrix products on one thread, which wait for nobody:
what they cost more beside neighbours is the machine's doing. A control group that goes before everything else makes the
machine idle, so that all other programs stand still for the minute that one line of the table takes.

    python -m benchmarks.busy [--model NAME ...] [--threads N ...] [--niceness N ...] [--spin N ...] [--json FILE]

Needs Linux and the right to make control groups.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Self

import psutil
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.control_groups import Limits, limited
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.training import Training, train
from simulator.engine.setup import prepare
from simulator.engine.stages.student import plan, student_examples

EXAMPLES = {"text": 64, "image": 256}
"""Of one epoch, which is measured: some seconds of an idle core."""

PRODUCTS = "matrix products"
NUMBER_OF_PRODUCTS, PRODUCT_SIZE = 2_000, 384
"""Three such matrices fit into a core's own cache."""

QUOTA = 0.5
MOST = 1.3
"""How many times the processor time of an idle machine a busy one may cost."""

MODULE = "benchmarks.busy"
Work = Callable[[], Callable[[], int]]
"""Prepares what is to be measured; that gives the number of its examples."""

NEIGHBOUR = [sys.executable, "-c", "while True: pass"]


@dataclass(frozen=True)
class Cost:
    """What one epoch of training took, all threads of the process together."""

    examples: int
    cpu_seconds: float
    seconds: float

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time for one example."""
        return 1e3 * self.cpu_seconds / self.examples

    @property
    def per_second(self) -> float:
        """Examples a second."""
        return self.examples / self.seconds


@dataclass(frozen=True)
class Way:
    """How a model is trained: on so many threads, with GOMP_SPINCOUNT."""

    model: str
    threads: int
    spin: str

    def __str__(self) -> str:
        return f"{self.model}, threads {self.threads}, spin {self.spin or 'as the app'}"


@dataclass(frozen=True)
class Row:
    """What an example cost in each condition, "idle" first."""

    way: Way
    costs: dict[str, Cost]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--niceness", type=int, nargs="+", default=[0])
    parser.add_argument("--spin", nargs="+", default=[""], help="values of GOMP_SPINCOUNT; the app's own if left out")
    parser.add_argument("--rounds", type=int, default=2, help="the cheapest of so many epochs counts")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return on_demand(products() if options.child == PRODUCTS else training(options.child))
    console, rows = Console(), []
    ways = [Way(*way) for way in product(options.model or MODELS, options.threads, options.spin)]
    ways.append(Way(PRODUCTS, 1, ""))
    for way in ways:
        rows.append(Row(way, measure(way, options.niceness, options.rounds)))
        console.print(in_words(rows[-1]))
    console.print(as_table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2), encoding="utf-8")


def measure(way: Way, niceness: list[int], rounds: int) -> dict[str, Cost]:
    """One process trains the model in every condition, in turns, after an epoch that is not counted.

    Neighbours are of higher priority than it by each ``niceness``. The cheapest epoch of each condition counts.
    """
    costs: dict[str, list[Cost]] = {}
    with (
        limited(ahead=True) as idle,
        limited(ahead=True, cpu=QUOTA) as quota,
        Child(way, idle, max(niceness)) as child,
    ):
        child.train()
        for _ in range(rounds):
            costs.setdefault("idle", []).append(child.train())
            for nice in niceness:
                with neighbours(idle, max(niceness) - nice):
                    costs.setdefault(beside(nice), []).append(child.train())
            quota.take(child.pid)
            costs.setdefault(f"{QUOTA} core", []).append(child.train())
            idle.take(child.pid)
    return {condition: min(taken, key=lambda cost: cost.cpu_seconds) for condition, taken in costs.items()}


def beside(niceness: int) -> str:
    return "busy, equal" if niceness == 0 else f"busy, nice {niceness}"


class Child:
    """A process that trains an epoch whenever it is asked to.

    Args:
        group: Where it starts.
        niceness: Of all its threads.
    """

    def __init__(self, way: Way, group: Limits, niceness: int) -> None:
        spin = {"GOMP_SPINCOUNT": way.spin} if way.spin else {}
        self._process = subprocess.Popen(
            group.command(["nice", "-n", str(niceness), sys.executable, "-m", MODULE, "--child", way.model]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": str(way.threads), **spin},
            text=True,
        )
        self.pid = self._process.pid  # each hands it on to what it starts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def train(self) -> Cost:
        """What one epoch costs."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("train\n")
        self._process.stdin.flush()
        return Cost(**json.loads(self._process.stdout.readline()))


@contextmanager
def neighbours(group: Limits, niceness: int) -> Iterator[None]:
    """A busy process for every core, in the same group."""
    with ExitStack() as stack:
        for _ in range(psutil.cpu_count() or 1):
            process = subprocess.Popen(group.command(["nice", "-n", str(niceness), *NEIGHBOUR]))
            stack.callback(process.wait)
            stack.callback(process.kill)
        time.sleep(0.3)
        yield


def on_demand(work: Work) -> None:
    """For every line of standard input, carry the work out and print its cost."""
    for _ in sys.stdin:
        ready = work()
        started, cpu_started = time.perf_counter(), time.process_time()
        examples = ready()
        cost = Cost(examples, time.process_time() - cpu_started, time.perf_counter() - started)
        print(json.dumps(asdict(cost)), flush=True)


def training(model: str) -> Work:
    """One epoch in which a fresh student is distilled."""
    config = make_config({"model": model, "weights": "scratch", "epochs": 1})
    examples = EXAMPLES[MODELS[model].kind]
    config = config.model_copy(update={"train_examples": examples, "labels": examples})
    setup = prepare(config)
    classes = len(setup.dataset.class_names)
    teacher = setup.module.build_teacher(classes, setup.weights, seed=0)
    initial = setup.module.build_student(teacher, config.student_size, config.seed).to(setup.device)
    logits = torch.randn(examples, classes, generator=torch.Generator().manual_seed(0))
    teaching = Teaching(config.method, config.temperature, logits)
    lesson = Training(setup.module, student_examples(setup), None, plan(setup, 1, 0), "distil", "distilled", teaching)

    def work() -> Callable[[], int]:
        student = copy.deepcopy(initial)

        def epoch() -> int:
            for _ in train(student, lesson):
                pass
            return examples

        return epoch

    return work


def products() -> Work:
    """Matrix products, each counted as an example."""
    torch.set_num_threads(1)
    a, b = torch.randn(2, PRODUCT_SIZE, PRODUCT_SIZE)

    def multiplied() -> int:
        for _ in range(NUMBER_OF_PRODUCTS):
            a @ b
        return NUMBER_OF_PRODUCTS

    return lambda: multiplied


def in_words(row: Row) -> str:
    parts = [f"{name} {cost.cpu_ms:.1f} ms, {cost.per_second:.1f}/s" for name, cost in row.costs.items()]
    return f"{row.way}: {'; '.join(parts)}"


def as_table(rows: list[Row]) -> Table:
    """CPU time of an example idle, then the other conditions as multiples of it, with examples a second."""
    table = Table("trained", "idle: CPU ms, examples/s", *list(rows[0].costs)[1:], f"at most {MOST}")
    for row in rows:
        idle, *others = row.costs.values()
        times = [cost.cpu_ms / idle.cpu_ms for cost in others]
        cells = [f"{t:.2f} x, {cost.per_second:,.1f}/s" for t, cost in zip(times, others, strict=True)]
        first = f"{idle.cpu_ms:.1f} ms, {idle.per_second:,.1f}/s"
        table.add_row(str(row.way), first, *cells, "yes" if max(times) <= MOST else "no")
    return table


if __name__ == "__main__":
    main()
