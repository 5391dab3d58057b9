"""Few labels: the control learns from those alone; for the distilled student the teacher answers the other examples."""

from __future__ import annotations

from collections.abc import Generator

import torch

from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.experiments.bench import Bench
from simulator.events import Event
from simulator.experiments.few_labels import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Control and distilled at each number of labels, with equally many optimiser steps."""
    setup = bench.setup
    everything = setup.train.first(bench.config.base.train_examples)
    soft = bench.teacher_logits[: len(everything)]

    for at, seed in (yield from bench.begin(places(bench.config))):
        config = bench.settings(seed=seed)
        labels = int(at["labels"])
        if at["student"] == "control":
            # the few labelled examples, repeated until the number of steps is the same
            examples, targets = everything.first(labels), None
            epochs = equal_steps(examples, everything, config.batch_size, config.epochs)
        else:
            # beyond the labelled examples the teacher's answer stands in for the label
            known = torch.arange(len(everything), device=soft.device) < labels
            examples = Examples(everything.inputs, torch.where(known, everything.labels, soft.argmax(1)))
            targets, epochs = soft, config.epochs
        student = bench.train(config, bench.new_student(config), examples, bench.plan(config, epochs, seed), targets)
        yield from bench.finish((at, seed), accuracy=bench.accuracy(student, setup.test), epochs=epochs)


def equal_steps(few: Examples, many: Examples, batch_size: int, epochs: int) -> int:
    """The number of epochs over few examples that gives at least as many optimiser steps as ``epochs`` over many."""
    steps = epochs * len(training_order(many, batch_size, 0, 0))
    return -(-steps // len(training_order(few, batch_size, 0, 0)))
