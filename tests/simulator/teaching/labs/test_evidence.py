"""What the runs of a lab measured, and what is missing from them."""

from __future__ import annotations

import pytest

from simulator.errors import NotAvailable, RunNotFound
from simulator.teaching.labs import evidence
from simulator.teaching.labs.sparsity import SPARSITY
from simulator.teaching.labs.teacher import TEACHER
from simulator.teaching.labs.temperature import TEMPERATURE
from simulator.teaching.labs.together import TOGETHER
from tests.simulator.teaching.labs.made import answering, config_of, experiment, one_run, put


def test_evidence_needs_runs_that_have_finished(store):
    store.add("waits", config_of(TEACHER), None)
    with pytest.raises(NotAvailable, match="waits is queued"):
        evidence(["waits"])
    with pytest.raises(RunNotFound):
        evidence(["nowhere"])


def test_a_run_without_answers_or_variants_is_said_to_be_so():
    found = one_run(config_of(TOGETHER), answering("teacher", range(180)), answering("control", range(150), answers=()))
    with pytest.raises(NotAvailable, match="recovered"):
        TOGETHER.answer(found)
    found = evidence([put("r2", config_of(TOGETHER), [answering(v, range(150), answers=()) for v in VARIANTS])])
    with pytest.raises(NotAvailable, match="no stored answers"):
        TOGETHER.answer(found)
    with pytest.raises(NotAvailable, match="no conclusion"):
        TEMPERATURE.answer(experiment(config_of(TEMPERATURE), []))
    with pytest.raises(NotAvailable, match="has no distilled at"):
        SPARSITY.answer(evidence(["s1"]))


VARIANTS = ("teacher", "control", "distilled", "pruned", "recovered")
