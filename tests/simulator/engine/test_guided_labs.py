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
from simulator.teaching.labs.teacher import FEW, MANY, TEACHER, VERDICTS
from simulator.teaching.labs.temperature import TEMPERATURE, TEMPERATURES
from simulator.teaching.labs.together import BUDGET, TOGETHER
from simulator.teaching.labs.zeros import ZEROS

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
    gzip, _ = ZEROS.questions(found)
    share = 100 * (1 - after.gzip_bytes / before.gzip_bytes)
    assert gzip.is_right(share) if gzip.is_number else gzip.right_words() == f"{share:.1f} %"
    assert "no smaller" in ZEROS.takeaway(found)[0]

    assert TOGETHER.answer(found).value == pytest.approx(100 * (r - t) / 450)
    size, _ = TOGETHER.questions(found)
    assert size.is_right(seen.variant("teacher").size_bytes / seen.variant("recovered").size_bytes)
    kept = seen.variant("recovered").size_bytes <= BUDGET
    assert ("was not met" in TOGETHER.takeaway(found)[2]) == (not kept)

    structured = carry_out("channels", shrunk(CHANNELS.configs({})[1], recovery_epochs=1))
    both = (*found, *structured)
    zeros, channels = right(found, "pruned"), right(structured, "pruned")
    answer = CHANNELS.answer(both)
    assert f"this one alone reads {(channels & ~zeros).sum()} correctly" in answer.sentence
    assert f"the other alone {(zeros & ~channels).sum()};" in answer.sentence
    assert (right(found, "distilled") == right(structured, "distilled")).all()  # the same student, pruned twice
    file, _ = CHANNELS.questions(both)
    (cut,) = structured
    less = 100 * (1 - cut.variant("pruned").size_bytes / cut.variant("distilled").size_bytes)
    assert less > 50
    assert file.is_right(less) if file.is_number else file.right_words() == f"{less:.1f} %"


def test_a_small_experiment_answers_how_hot():
    config = make_experiment("how_hot", SMALL, {"temperature": TEMPERATURES}, seeds=2)
    found = carry_out("hot", config)
    (seen,) = found
    entropy, accuracy = TEMPERATURE.questions(found)
    hot = [c.values for c in seen.cells if c.at["temperature"] == 20]
    cold = [c.values for c in seen.cells if c.at["temperature"] == 1]
    assert len(hot) == len(cold) == 2
    assert entropy.is_right(100 * hot[0]["entropy"] / log(10))
    change = 100 * (sum(v["accuracy"] for v in hot) - sum(v["accuracy"] for v in cold)) / 2
    assert accuracy.is_right(change)
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
    more, chance = TEACHER.questions(found)
    assert more.is_right(many)
    assert chance.right_words() in VERDICTS.values()
