"""How hot: a student for each temperature, and the entropy of what it is taught."""

from __future__ import annotations

from collections.abc import Generator

from torch import Tensor
from torch.nn import functional as F

from simulator.engine.experiments.bench import Bench, share_right
from simulator.events import Event
from simulator.experiments.how_hot import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Only the temperature differs between the students of a seed."""
    setup = bench.setup
    soft = bench.teacher_logits[: bench.config.base.train_examples]
    teacher_answers = bench.logits(bench.teacher, setup.test).argmax(1)

    for at, seed in (yield from bench.begin(places(bench.config))):
        config = bench.settings(seed=seed, **at)
        student = yield from bench.distil(config)
        answers = bench.logits(student, setup.test)
        yield from bench.finish(
            (at, seed),
            accuracy=share_right(answers, setup.test.labels),
            validation_accuracy=bench.accuracy(student, setup.validation),
            entropy=mean_entropy(soft, config.temperature),
            agreement=share_right(answers, teacher_answers),
        )


def mean_entropy(logits: Tensor, temperature: float) -> float:
    """Mean entropy of softmax(logits / T), in nats: 0 if one class has all probability, ln(classes) if all are equal.

    Args:
        logits: [examples, classes].
    """
    log_p = F.log_softmax(logits.cpu().double() / temperature, dim=1)
    return -(log_p.exp() * log_p).sum(1).mean().item()
