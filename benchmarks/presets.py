"""What a preset's settings give: the distilled student against the control, over several seeds.

Control and distilled student are trained as in a run, and answer the test examples. Results go to
benchmarks/presets.json after every seed, so a measurement that was stopped continues from there; the table for
docs/recipes.md is printed at the end.

    python -m benchmarks.presets [--preset NAME ...]

Settings are searched on the validation examples, with other seeds; nothing is written then:

    python -m benchmarks.presets --preset few_labels --search --alpha 1 --temperature 8
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor, nn

from simulator.catalog.presets import PRESETS
from simulator.cli.flags import add_config_flags, given
from simulator.config.run import RunConfig, make_config
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.distillation.training import accuracy
from simulator.engine.host.device import device_name
from simulator.engine.setup import Setup, prepare
from simulator.engine.stages import student as stages
from simulator.engine.stages.student import student_of
from simulator.events.outcome import result_of
from simulator.experiments.paired import compare
from simulator.figures.numbers import between, p_value, percent, points

FILE = Path(__file__).with_name("presets.json")
SEEDS, SEARCH_SEEDS = range(5), range(5, 9)
MEASURED = ("few_labels", "plenty", "too_hot", "text_few_labels", "text_plenty", "text_too_hot")
"""Presets that ask what a teacher is worth."""


@dataclass(frozen=True)
class Pair:
    """The students of one seed: their accuracies, and the processor's seconds for both trainings."""

    seed: int
    control: float
    distilled: float
    cpu_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--preset", dest="presets", choices=PRESETS, nargs="+", default=MEASURED)
    parser.add_argument("--search", action="store_true", help="other settings, judged on the validation examples")
    add_config_flags(parser)
    options = parser.parse_args()
    changes = given(options)
    if changes and not options.search:
        parser.error("settings can be changed with --search only")
    for name in options.presets:
        config = make_config({**PRESETS[name].settings, **changes})
        if options.search:
            print(row(f"{name} {changes}", list(searched(config))), flush=True)
        else:
            measure(name, config)
    if not options.search:
        print(table())


def searched(config: RunConfig) -> Iterator[Pair]:
    """The students of the seeds that the judgement does not use, on the validation examples."""
    setup, teacher, logits = with_teacher(config)
    return (pair(setup, teacher, logits, seed, setup.validation) for seed in SEARCH_SEEDS)


def measure(name: str, config: RunConfig) -> None:
    """Train the students that are not in the file yet, and write each pair at once."""
    setup, teacher, logits = with_teacher(config)
    conditions = {
        "settings": dict(PRESETS[name].settings),
        "teacher": hashlib.sha256(logits.cpu().numpy().tobytes()).hexdigest()[:16],  # what it teaches
        "teacher_accuracy": accuracy(teacher, setup.module.logits, setup.test, bfloat16=False),
        "test_examples": len(setup.test),
        "device": device_name(setup.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    stored = load()
    earlier = stored.get(name, {})
    known = earlier["pairs"] if {**conditions, "pairs": 0, "day": 0} == {**earlier, "pairs": 0, "day": 0} else []
    pairs = [Pair(**each) for each in known]
    for seed in SEEDS[len(pairs) :]:
        pairs.append(pair(setup, teacher, logits, seed, setup.test))
        print(f"{name}: {pairs[-1]}", flush=True)
        today = datetime.now(UTC).date().isoformat()
        stored[name] = {**conditions, "day": today, "pairs": [asdict(each) for each in pairs]}
        FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def with_teacher(config: RunConfig) -> tuple[Setup, nn.Module, Tensor]:
    """What a run with these settings works with: its teacher is trained, or taken over if it is kept."""
    setup = prepare(config)
    teacher, logits = result_of(teacher_room.provide(setup))
    return setup, teacher, logits


def pair(setup: Setup, teacher: nn.Module, logits: Tensor, seed: int, asked: Examples) -> Pair:
    """Train control and distilled student of one seed; both answer the examples."""
    own = replace(setup, config=setup.config.model_copy(update={"seed": seed}))
    student = student_of(own, teacher, logits, is_validated=False)
    started = time.process_time()
    made = [result_of(stage(student)).model for stage in (stages.control, stages.distil)]
    seconds = time.process_time() - started
    control, distilled = (accuracy(model, setup.module.logits, asked, bfloat16=False) for model in made)
    return Pair(seed, control, distilled, seconds)


def load() -> dict[str, Any]:
    """Read the file; nothing if there is none."""
    return dict(json.loads(FILE.read_text(encoding="utf-8"))) if FILE.is_file() else {}


def table() -> str:
    """All presets in the file, as a table in Markdown."""
    head = ("preset", "control", "distilled", "difference, 95 % interval", "p", "each seed")
    lines = [f"| {' | '.join(head)} |", "| " + " | ".join(["---"] * len(head)) + " |"]
    return "\n".join([*lines, *(row(name, [Pair(**each) for each in of["pairs"]]) for name, of in load().items())])


def row(name: str, pairs: Sequence[Pair]) -> str:
    """A preset's row: means over the seeds, with Student's paired t."""
    control, distilled = ({p.seed: getattr(p, kind) for p in pairs} for kind in ("control", "distilled"))
    test = compare(name, distilled, control)
    assert test.interval is not None
    low, high = (100 * end for end in test.interval)
    cells = (
        name,
        percent(mean(control.values())),
        percent(mean(distilled.values())),
        f"{points(100 * test.mean)} ({between(low, high)})",
        "no spread" if test.p is None else p_value(test.p),
        ", ".join(points(100 * (distilled[seed] - control[seed])) for seed in control),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
