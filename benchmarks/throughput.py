"""Student examples per second: our distillation stage beside a plain loop, in one run on one machine.

The plain loop is what a careful beginner writes: float32, default layout, random batches padded to
their longest text, a teacher forward pass at every step, AdamW with its defaults. Both train the same
student from the same weights with the same loss, learning rates, batch size and number of steps.

    python -m benchmarks.throughput [--model NAME ...] [--seeds N] [--quick] [--json FILE]

``--quick`` trains for a moment below a teacher that has learnt nothing: the ratios alone, without accuracies.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.utils.benchmark import Timer

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.losses import LossWeights, distillation_loss, soft_loss
from simulator.engine.distillation.plan import warm_up_then_decay
from simulator.engine.distillation.training import MAX_GRADIENT_NORM, Training, accuracy, train
from simulator.engine.measure.compute import count_macs
from simulator.engine.setup import Setup, prepare
from simulator.engine.stages.student import plan, student_examples
from simulator.events.outcome import result_of

SETTINGS: dict[str, dict[str, int]] = {
    "text": {"epochs": 3, "train_examples": 960},  # the plain loop needs minutes for more
    "image": {"epochs": 15},  # after 5 MobileNetV2 is still learning fast, and two seeds differ by four points
}
QUICK: dict[str, dict[str, int]] = {"text": {"epochs": 1, "train_examples": 320}, "image": {"epochs": 4}}
FEW_VALIDATION_EXAMPLES = 32  # so that the time is that of training


@dataclass(frozen=True)
class Result:
    """One model's figures, means over the seeds; accuracies are of the test split, None where they say nothing."""

    ours_per_s: float
    plain_per_s: float
    ratio: float
    ours_accuracy: float | None
    plain_accuracy: float | None
    fraction_of_peak: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    console = Console()
    results: dict[str, Result] = {}
    for name in options.model or MODELS:
        results[name] = compare_quickly(name) if options.quick else compare(name, options.seeds, console)
    console.print(as_table(results))
    if options.json:
        options.json.write_text(
            json.dumps({name: asdict(r) for name, r in results.items()}, indent=2), encoding="utf-8"
        )


def compare(name: str, seeds: int, console: Console) -> Result:
    """Train both ways with each seed, one after the other, so that both meet the same state of the machine."""
    ours_seconds, plain_seconds, ours_right, plain_right = [], [], [], []
    for seed in range(seeds):
        config = make_config({"model": name, "seed": seed, **SETTINGS[MODELS[name].kind]})
        setup = prepare(config)
        teacher, logits = result_of(teacher_room.provide(setup))
        initial = setup.module.build_student(teacher, config.student_size, seed).to(setup.device)
        student, seconds = ours(setup, initial, logits[: config.train_examples])
        ours_seconds.append(seconds)
        ours_right.append(accuracy(student, setup.module.logits, setup.test, bfloat16=False))
        student, seconds = plain(setup, initial, teacher)
        plain_seconds.append(seconds)
        plain_right.append(accuracy(student, setup.module.logits, setup.test, bfloat16=False))
        console.print(
            f"{name}, seed {seed}: ours {ours_seconds[-1]:.1f} s, accuracy {ours_right[-1]:.3f}; "
            f"plain {plain_seconds[-1]:.1f} s, {plain_right[-1]:.3f}"
        )
    return figures(setup, initial, mean(ours_seconds), mean(plain_seconds), (mean(ours_right), mean(plain_right)))


def compare_quickly(name: str) -> Result:
    """Train both ways for a moment. How fast a step is does not depend on what the teacher knows."""
    config = make_config({"model": name, "weights": "scratch", **QUICK[MODELS[name].kind]})
    setup = prepare(config)
    classes = len(setup.dataset.class_names)
    teacher = setup.module.build_teacher(classes, setup.weights, config.seed).to(setup.device).eval()
    initial = setup.module.build_student(teacher, config.student_size, config.seed).to(setup.device)
    logits = torch.randn(config.train_examples, classes, device=setup.device)
    _, ours_seconds = ours(setup, initial, logits)
    _, plain_seconds = plain(setup, initial, teacher)
    return figures(setup, initial, ours_seconds, plain_seconds, (None, None))


def figures(
    setup: Setup,
    student: nn.Module,
    ours_seconds: float,
    plain_seconds: float,
    accuracies: tuple[float | None, float | None],
) -> Result:
    """What follows from how long both ways took."""
    seen = setup.config.train_examples * setup.config.epochs
    ours_per_s, plain_per_s = seen / ours_seconds, seen / plain_seconds
    return Result(
        ours_per_s=ours_per_s,
        plain_per_s=plain_per_s,
        ratio=ours_per_s / plain_per_s,
        ours_accuracy=accuracies[0],
        plain_accuracy=accuracies[1],
        fraction_of_peak=ours_per_s * flops_per_example(setup, student) / peak_flops(setup),
    )


def ours(setup: Setup, initial: nn.Module, teacher_logits: Tensor) -> tuple[nn.Module, float]:
    """The distillation stage as the app runs it."""
    student, config = copy.deepcopy(initial), setup.config
    started = time.perf_counter()
    training = Training(
        setup.module,
        student_examples(setup),
        setup.validation.first(FEW_VALIDATION_EXAMPLES),
        plan(setup, config.epochs, config.seed),
        "distil",
        "distilled",
        Teaching("kd", config.temperature, teacher_logits),
    )
    for _ in train(student, training):
        pass
    return student, time.perf_counter() - started


def plain(setup: Setup, initial: nn.Module, teacher: nn.Module) -> tuple[nn.Module, float]:
    """The same training, written plainly."""
    student = copy.deepcopy(initial).to(memory_format=torch.contiguous_format)
    teacher = copy.deepcopy(teacher).to(memory_format=torch.contiguous_format).eval()
    examples, config, logits = contiguous(student_examples(setup)), setup.config, setup.module.logits
    torch.manual_seed(config.seed)
    started = time.perf_counter()
    optimizer = torch.optim.AdamW(parameter_groups(setup, student, config))
    epochs = [random_batches(examples, config.batch_size, config.seed, epoch) for epoch in range(config.epochs)]
    steps = sum(map(len, epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: warm_up_then_decay(s, steps))
    weights = LossWeights(config.alpha, 1 - config.alpha)
    student.train()
    for batches in epochs:
        for rows in batches:
            batch = examples.rows(rows)
            with torch.no_grad():
                targets = logits(teacher, batch)
            answers = logits(student, batch)
            soft = soft_loss(answers, targets, config.temperature)
            loss = distillation_loss(answers, examples.labels[rows], soft, weights)
            optimizer.zero_grad()
            loss.total.backward()
            nn.utils.clip_grad_norm_(student.parameters(), MAX_GRADIENT_NORM)
            optimizer.step()
            schedule.step()
    loss.total.item()  # waits for a GPU
    return student, time.perf_counter() - started


def random_batches(examples: Examples, batch_size: int, seed: int, epoch: int) -> list[Tensor]:
    """An epoch in random order. Pictures come in the same order as ours, so that both see equal batches: with others,
    MobileNetV2's accuracies were up to 2.7 points apart over three seeds, either way. Texts are not sorted by length.
    """
    unsorted = Examples({name: x for name, x in examples.inputs.items() if name != "attention_mask"}, examples.labels)
    return training_order(unsorted, batch_size, seed, epoch)


def contiguous(examples: Examples) -> Examples:
    """The same examples in PyTorch's default layout."""
    return Examples({name: x.contiguous() for name, x in examples.inputs.items()}, examples.labels)


def parameter_groups(setup: Setup, student: nn.Module, config: RunConfig) -> list[dict[str, object]]:
    """One learning rate, or for T5 the one that follows each tensor's scale: without it T5 does not learn."""
    if not setup.model.relative_steps:
        return [{"params": list(student.parameters()), "lr": config.learning_rate}]
    return [
        {"params": [p], "lr": config.learning_rate * max(1e-3, p.detach().square().mean().sqrt().item())}
        for p in student.parameters()
    ]


def flops_per_example(setup: Setup, student: nn.Module) -> float:
    """FLOPs of one training example in our loop: forward, and twice that backward; at the mean text length."""
    if setup.model.kind == "image":
        rows = torch.tensor([0])
    else:
        lengths = setup.train.inputs["attention_mask"].sum(1)
        rows = (lengths - lengths.float().mean()).abs().argmin().unsqueeze(0)
    return 3 * 2 * count_macs(student, setup.module.answering_logits, setup.train.rows(rows))


def peak_flops(setup: Setup, size: int = 2048, seconds: float = 1.0) -> float:
    """This machine's own matrix-product rate, in the precision that training uses."""
    dtype = torch.bfloat16 if setup.bfloat16 else torch.float32
    a, b = (torch.randn(size, size, dtype=dtype, device=setup.device) for _ in range(2))
    timer = Timer("a @ b", globals={"a": a, "b": b}, num_threads=torch.get_num_threads())
    return 2 * size**3 / timer.blocked_autorange(min_run_time=seconds).median


def as_table(results: dict[str, Result]) -> Table:
    table = Table("model", "ours /s", "plain /s", "ratio", "ours accuracy", "plain accuracy", "share of peak")
    for name, r in results.items():
        table.add_row(
            name,
            f"{r.ours_per_s:,.0f}",
            f"{r.plain_per_s:,.0f}",
            f"{r.ratio:.2f}",
            *("" if accuracy is None else f"{accuracy:.3f}" for accuracy in (r.ours_accuracy, r.plain_accuracy)),
            f"{r.fraction_of_peak:.1%}",
        )
    return table


if __name__ == "__main__":
    main()
