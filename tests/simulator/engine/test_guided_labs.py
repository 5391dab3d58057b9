"""The guided labs on real runs of this machine, made small: answers and questions from real answers and bytes."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from simulator.engine import worker
from simulator.experiments import make_experiment
from simulator.host.machine import process_name
from simulator.runs.database.store import Store, open_store
from simulator.teaching.labs import evidence
from simulator.teaching.labs.channels import CHANNELS
from simulator.teaching.labs.teacher import FEW, FOLLOWS, MANY, MOVED, TEACHER
from simulator.teaching.labs.temperature import TEMPERATURE, TEMPERATURES
from simulator.teaching.labs.together import BUDGET, TOGETHER
from simulator.teaching.labs.zeros import ZEROS
from simulator.teaching.quiz.run_facts import points

pytestmark = pytest.mark.usefixtures("use_shared_data")

SMALL = {"train_examples": 64, "epochs": 1, "student_size": 0.25, "weights": "scratch"}


def carry_out(name, config):
    """A real run in this process, as the command line makes one; gives its evidence."""
    store: Store = open_store()
    store.add(name, config, None, "cli")
    store.start(name, process_name())
    for _ in worker.carry_out(name, store):
        pass
    assert store.get(name).state == "finished", store.get(name)
    return evidence([name])


def right(found, variant):
    """Which test examples a variant answers rightly, from its stored answers."""
    (seen,) = found
    return np.array(seen.variant(variant).answers) == np.array(seen.labels)


def shrunk(config, **changes):
    return config.model_copy(update={**SMALL, "labels": SMALL["train_examples"], **changes})


def test_small_runs_answer_what_zeros_and_channels_are_worth():
    """Figures worked out anew from the stored answers and bytes."""
    (config,) = ZEROS.configs({})
    found = carry_out("zeros", shrunk(config, recovery_epochs=1))
    t, r = (right(found, v).sum() for v in ("teacher", "recovered"))
    (seen,) = found
    before, after = seen.variant("distilled"), seen.variant("pruned")
    assert ZEROS.answer(found).value == pytest.approx(0, abs=0.5)
    smaller, _ = ZEROS.questions(found)
    share = 100 * (1 - after.gzip_bytes / before.gzip_bytes)
    assert f"The gzipped file is smaller by {share:.1f} %" in ZEROS.answer(found).sentence
    assert f"{before.parameters:,} before pruning, {before.parameters:,} after" in smaller.explanation
    assert "no smaller" in ZEROS.takeaway(found)[0]

    assert TOGETHER.answer(found).value == pytest.approx(100 * (r - t) / 450)
    step, _ = TOGETHER.questions(found)
    narrower = seen.variant("teacher").size_bytes / before.size_bytes
    assert f"file is {narrower:.1f} times smaller" in step.explanation and "it 1.0 times smaller" in step.explanation
    assert step.right_words() == "The choice of a narrower student"  # zeros alone divide nothing
    kept = seen.variant("recovered").size_bytes <= BUDGET
    assert ("was not met" in TOGETHER.takeaway(found)[2]) == (not kept)

    structured = carry_out("channels", shrunk(CHANNELS.configs({})[1], recovery_epochs=1))
    both = (*found, *structured)
    zeros, channels = right(found, "pruned"), right(structured, "pruned")
    answer = CHANNELS.answer(both)
    assert f"this one alone reads {(channels & ~zeros).sum()} correctly" in answer.sentence
    assert f"the other alone {(zeros & ~channels).sum()};" in answer.sentence
    assert (right(found, "distilled") == right(structured, "distilled")).all()  # the same student, pruned twice
    deeper, _ = CHANNELS.questions(both)
    (cut,) = structured
    less = 100 * (1 - cut.variant("pruned").size_bytes / cut.variant("distilled").size_bytes)
    assert less > 50
    assert f"(measured: {100 - less:.1f} %)" in deeper.explanation


def test_a_small_experiment_answers_how_hot():
    config = make_experiment("how_hot", SMALL, {"temperature": TEMPERATURES}, seeds=2)
    found = carry_out("hot", config)
    (seen,) = found
    highest, again = TEMPERATURE.questions(found)
    hot = [c.values for c in seen.cells if c.at["temperature"] == 20]
    assert len(hot) == 2
    assert f"{100 * (hot[0]['entropy'] + hot[1]['entropy']) / 2 / log(10):.1f} %" in highest.explanation
    sums = {t: sum(c.values["accuracy"] for c in seen.cells if c.at["temperature"] == t) for t in TEMPERATURES}
    means = {t: f"{50 * sums[t]:.1f}" for t in TEMPERATURES}  # as the table shows them, of two seeds
    first = [f"T = {t:g}" for t in TEMPERATURES if means[t] == f"{50 * max(sums.values()):.1f}"]
    assert again.text.startswith(f"The highest mean accuracy here is that of {' and '.join(first)}. ")
    assert TEMPERATURE.answer(found).value in ("between", "hottest", "no")
    assert "softer" in TEMPERATURE.takeaway(found)[0]  # the teacher's targets always get softer with T


def test_a_small_experiment_answers_whether_a_teacher_helps():
    settings = {**SMALL, "train_examples": 512}
    found = carry_out("few", make_experiment("few_labels", settings, {"labels": (FEW, MANY)}, seeds=2))
    (seen,) = found
    of = {
        (labels, student): [c.values["accuracy"] for c in seen.cells if c.at == {"labels": labels, "student": student}]
        for labels in (FEW, MANY)
        for student in ("control", "distilled")
    }
    few, many = (100 * (sum(of[n, "distilled"]) - sum(of[n, "control"])) / 2 for n in (FEW, MANY))
    assert TEACHER.answer(found).value == pytest.approx(few)
    moved, follows = TEACHER.questions(found)
    assert f"{points(few / 100)} with {FEW} labels and {points(many / 100)} with {MANY}" in moved.text
    assert moved.right_words() in MOVED.values()
    assert follows.right_words() in set(FOLLOWS.values()) - {FOLLOWS["equal"]}
