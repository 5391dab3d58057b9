"""Our distillation and a loop as a textbook writes it: the same losses to 1e-5, on a CNN and on transformers.

The loop shares nothing with ours but the order of the examples: its own padding, softmax, divergence, cross-entropy,
AdamW (from the paper's update rule), clipping and learning rates, all in float32.
"""

import copy
import math

import pytest
import torch
from torch import nn

from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, train
from simulator.engine.models import MODULES
from simulator.engine.models.resnet18.structure import build_resnet
from simulator.events import LossPoint
from tests.small_models import small_distilbert, small_t5, token_batch

T, ALPHA, RATE, DECAY, BATCH, EPOCHS, SEED = 3.0, 0.6, 1e-3, 0.01, 16, 3, 5
COUNT, CLASSES = 60, 3


def resnet():
    torch.manual_seed(0)
    return build_resnet(2, 0.25, CLASSES)


MODELS = {"resnet18": resnet, "distilbert": small_distilbert, "t5_small": small_t5}


def made(name):
    """A student without dropout, and 60 examples; texts of 2 to 9 tokens."""
    student, labels = MODELS[name](), torch.arange(COUNT) % CLASSES
    for module in student.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        elif isinstance(getattr(module, "dropout", None), float):  # T5's attention
            module.dropout = 0.0
    if name == "resnet18":
        pixels = torch.randn(COUNT, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        return student, Examples({"pixels": pixels}, labels)
    batch = token_batch(examples=COUNT, tokens=9)
    batch["attention_mask"] = (torch.arange(9) < (torch.arange(COUNT) % 8 + 2)[:, None]).long()
    return student, Examples(batch, labels)


def answers(name, model, inputs, rows):
    """Class logits [batch, classes], from the library's own forward pass on rows padded to their longest."""
    if name == "resnet18":
        return model(inputs["pixels"][rows])
    tokens = max(sum(inputs["attention_mask"][row].tolist()) for row in rows.tolist())
    ids, mask = (torch.stack([inputs[key][row, :tokens] for row in rows.tolist()]) for key in list(inputs)[:2])
    if name == "distilbert":
        return model(input_ids=ids, attention_mask=mask).logits
    start = torch.zeros(len(rows), 1, dtype=torch.long)
    scores = model(input_ids=ids, attention_mask=mask, decoder_input_ids=start).logits[:, 0]
    return scores.gather(1, inputs["label_ids"][rows])


def loss_of(student, teacher, labels):
    """alpha T^2 KL(teacher || student) + (1 - alpha) cross-entropy, from exponentials."""

    def probabilities(z, temperature):
        e = ((z - z.max(1, keepdim=True).values) / temperature).exp()
        return e / e.sum(1, keepdim=True)

    p, q = probabilities(teacher, T), probabilities(student, T)
    soft = T * T * (p * (p / q).log()).sum() / len(labels)
    hard = sum(-probabilities(student, 1.0)[i, y].log() for i, y in enumerate(labels.tolist())) / len(labels)
    return ALPHA * soft + (1 - ALPHA) * hard


class PlainAdamW:
    """Loshchilov and Hutter 2019, algorithm 2, with the usual betas; norms, biases and embeddings are not decayed."""

    def __init__(self, model):
        whole = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
        self.parameters = list(model.parameters())
        self.decays = [DECAY if p.ndim > 1 and id(p) not in whole else 0.0 for p in self.parameters]
        self.first, self.second = ([torch.zeros_like(p) for p in self.parameters] for _ in range(2))
        self.steps = 0

    @torch.no_grad()
    def step(self, rate):
        self.steps += 1
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters]
        norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
        shrink = min(1.0, 1.0 / (norm + 1e-6))
        moments = zip(self.parameters, gradients, self.first, self.second, self.decays, strict=True)
        for p, g, m, v, decay in moments:
            g = g * shrink
            m.mul_(0.9).add_(0.1 * g)
            v.mul_(0.999).add_(0.001 * g * g)
            p.mul_(1 - rate * decay)
            p.sub_(rate * (m / (1 - 0.9**self.steps)) / ((v / (1 - 0.999**self.steps)).sqrt() + 1e-8))
            p.grad = None


def plain_totals(name, model, examples, epochs, loss_at):
    """The loss of every step of a plain loop; ``loss_at`` is from (step, steps, logits, rows) to a step's loss."""
    batches = [rows for epoch in range(epochs) for rows in training_order(examples, BATCH, SEED, epoch)]
    warm_up = round(len(batches) / 10)
    optimizer, totals = PlainAdamW(model), []
    model.train()
    for n, rows in enumerate(batches):
        loss = loss_at(n, len(batches), answers(name, model, examples.inputs, rows), rows)
        loss.backward()
        fall = (len(batches) - n) / (len(batches) - warm_up)
        optimizer.step(RATE * ((n + 1) / warm_up if n < warm_up else fall))
        totals.append(loss.item())
    return totals


def our_points(name, student, examples, plan, teaching):
    training = Training(MODULES[name], examples, examples, plan, "distil", "distilled", teaching)
    return [e for e in train(student, training) if isinstance(e, LossPoint)]


@pytest.mark.parametrize("one_position", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_the_same_losses_as_a_plain_loop(name, one_position):
    student, examples = made(name)
    teacher = torch.randn(COUNT, CLASSES, generator=torch.Generator().manual_seed(9))
    plain = copy.deepcopy(student)

    plan = TrainingPlan(EPOCHS, RATE, BATCH, SEED, weight_decay=DECAY, alpha=ALPHA, one_position=one_position)
    ours = [e.total for e in our_points(name, student, examples, plan, Teaching("kd", T, teacher))]

    theirs = plain_totals(
        name, plain, examples, EPOCHS, lambda n, steps, z, rows: loss_of(z, teacher[rows], examples.labels[rows])
    )
    assert len(ours) == len(theirs) == 12
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert ours[-1] < ours[0]  # there is something to agree on


def dkd_of(student, teacher, labels, beta):
    """T^2 (KL of own class and rest + beta KL among the rest), example by example, from exponentials."""
    total = 0.0
    for z_s, z_t, y in zip(student, teacher, labels.tolist(), strict=True):
        wrong = [k for k in range(CLASSES) if k != y]
        p, q = ((z / T).exp() / (z / T).exp().sum() for z in (z_t, z_s))
        total = total + p[y] * (p[y] / q[y]).log() + (1 - p[y]) * ((1 - p[y]) / (1 - q[y])).log()
        among = [(p[k] / p[wrong].sum(), q[k] / q[wrong].sum()) for k in wrong]
        total = total + beta * sum(a * (a / b).log() for a, b in among)
    return T * T * total / len(labels)


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_dkd_as_its_paper_has_it(alpha):
    """Hard loss + alpha times DKD, which rises over the first twelfth of the steps: 4 of 48 here."""
    student, examples = made("resnet18")
    teacher, beta, epochs = torch.randn(COUNT, CLASSES, generator=torch.Generator().manual_seed(9)), 2.0, 12
    plain = copy.deepcopy(student)

    def loss_at(n, steps, z, rows):
        labels = examples.labels[rows]
        hard = sum(-(row.exp()[y] / row.exp().sum()).log() for row, y in zip(z, labels.tolist(), strict=True))
        risen = (0.25, 0.5, 0.75)[n] if n < 3 else 1.0
        return hard / len(rows) + alpha * risen * dkd_of(z, teacher[rows], labels, beta)

    plan = TrainingPlan(epochs, RATE, BATCH, SEED, weight_decay=DECAY, alpha=alpha)
    ours = our_points("resnet18", student, examples, plan, Teaching("dkd", T, teacher, beta=beta))
    theirs = plain_totals("resnet18", plain, examples, epochs, loss_at)
    assert len(ours) == len(theirs) == 48
    assert [e.total for e in ours[:8]] == pytest.approx(theirs[:8], abs=1e-5)  # rounding grows with the steps
    shares = [(e.total - e.hard) / e.soft for e in ours]
    assert shares == pytest.approx([alpha * risen for risen in (0.25, 0.5, 0.75, *[1.0] * 45)], abs=1e-4)
