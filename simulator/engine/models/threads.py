"""How fast a model's default student trains on one thread, on two, on four."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.engine.datasets.batches import Batch
from simulator.engine.host.device import autocast, has_fast_bfloat16
from simulator.engine.models import MODULES, weights
from simulator.host import threads

CLASSES = 4
TOKENS = 48
"""A usual length of the longest text of a batch."""

TEXTS = 8
SECONDS = 1.5
FEWEST_ROUNDS = 2


def decided_threads(model: str) -> int:
    """How many threads a run of this model computes with; measured, and kept, if that is not decided yet."""
    return threads.threads(model) or threads.keep(model, step_seconds(model, threads.most_threads()))


def step_seconds(model: str, most: int) -> dict[int, float]:
    """Seconds of the default student's fastest training step on 1, 2, 4, ... threads, a step of each in turn.

    What else the machine does makes some steps slow; the fastest are the least disturbed.

    Args:
        most: Threads.
    """
    before, step = torch.get_num_threads(), training_step(model)
    numbers = [2**n for n in range(most.bit_length())]
    fastest = dict.fromkeys(numbers, float("inf"))
    until, rounds = time.perf_counter() + SECONDS, 0
    while rounds < FEWEST_ROUNDS or time.perf_counter() < until:
        rounds += 1
        for number in numbers:
            torch.set_num_threads(number)
            started = time.perf_counter()
            step()
            if rounds > 1:  # the first warms up
                fastest[number] = min(fastest[number], time.perf_counter() - started)
    torch.set_num_threads(before)
    return fastest


def training_step(model: str) -> Callable[[], None]:
    """A function that carries out one optimiser step of the default student, with random weights and inputs."""
    config, module, cpu = make_config({"model": model, "weights": "scratch"}), MODULES[model], torch.device("cpu")
    is_text = MODELS[model].kind == "text"
    with torch.random.fork_rng():
        teacher = module.build_teacher(CLASSES, weights.find(model, "scratch"), seed=0)
        student = module.build_student(teacher, config.student_size, seed=0).train()
        batch = random_texts() if is_text else random_images(config.batch_size, config.image_size)
        labels = torch.arange(len(next(iter(batch.values())))) % CLASSES
    trained = [p for _, p in student.named_parameters() if not is_text or p.shape[0] not in embedding_rows(student)]
    optimizer = torch.optim.AdamW(trained, lr=1e-5, fused=True)
    bfloat16 = is_text and has_fast_bfloat16(cpu)

    def step() -> None:
        with autocast(cpu, bfloat16), torch.random.fork_rng():
            loss = F.cross_entropy(module.answering_logits(student, batch).float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def embedding_rows(model: nn.Module) -> set[int]:
    """Sizes of vocabularies: a training leaves the rows that no text uses out, nearly all of them."""
    return {m.num_embeddings for m in model.modules() if isinstance(m, nn.Embedding) and m.num_embeddings > 10_000}


def random_texts() -> Batch:
    """Token numbers of full length."""
    ids = torch.randint(5, 1_000, (TEXTS, TOKENS))
    answers: Tensor = torch.arange(CLASSES).repeat(TEXTS, 1) + 10
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "label_ids": answers}


def random_images(number: int, pixels: int) -> Batch:
    """Noise, in the layout that training uses."""
    return {"pixels": torch.randn(number, 3, pixels, pixels).contiguous(memory_format=torch.channels_last)}
