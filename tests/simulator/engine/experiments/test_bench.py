"""What all experiments work on: cells that are there are not measured again, and nobody's student is changed."""

from __future__ import annotations

import copy

import pytest
import torch

from simulator.engine.experiments.bench import share_right, zeros_and_rest
from simulator.events import CellFinished, Progress
from simulator.events.outcome import Outcome
from tests.simulator.engine.experiments.tiny import bench, cells

PLACES = [({"temperature": t, "alpha": 0.5}, seed) for seed in (0, 1) for t in (1.0, 4.0)]


def test_what_an_earlier_run_measured_is_said_first_and_the_rest_is_left_to_do(setup):
    at_work = bench(setup, "sweep")
    known = CellFinished(at={"alpha": 0.5, "temperature": 4.0}, seed=1, values={"final": 0.5}, measured_in="earlier")
    other = CellFinished(at={"alpha": 0.5, "temperature": 9.0}, seed=0, values={"final": 0.5}, measured_in="earlier")
    at_work.earlier = [other, known]
    beginning = Outcome(at_work.begin(PLACES))
    events = list(beginning)
    assert cells(events) == at_work.cells == [known]
    assert (events[-1].done, events[-1].total) == (1, 4)
    assert beginning.result == PLACES[:3]


def test_a_measured_cell_is_kept_and_counted(setup):
    at_work = bench(setup, "sweep")
    list(at_work.begin(PLACES))
    finished, progress = at_work.finish(PLACES[0], accuracy=1, others=torch.tensor(0.25))
    assert finished == CellFinished(at=PLACES[0][0], seed=0, values={"accuracy": 1.0, "others": 0.25})
    assert at_work.cells == [finished]
    assert isinstance(progress, Progress) and (progress.done, progress.total) == (1, 4)
    assert progress.seconds_left >= 0


@pytest.mark.parametrize("taught", [False, True])
def test_a_trained_student_is_a_copy_that_equal_settings_train_again(setup, taught):
    at_work = bench(setup, "sweep")
    config = at_work.settings()
    initial = at_work.new_student(config)
    before = copy.deepcopy(initial.state_dict())
    examples = setup.train.first(32)
    soft = at_work.teacher_logits[:32] if taught else None
    plan = at_work.plan(config, 1, 0)
    one, two = (at_work.train(config, initial, examples, plan, soft).state_dict() for _ in range(2))
    assert all(torch.equal(value, before[name]) for name, value in initial.state_dict().items())
    assert all(torch.equal(value, two[name]) for name, value in one.items())
    assert not torch.equal(one["fc.weight"], before["fc.weight"])


def test_shares_are_counted():
    assert share_right(torch.eye(3)[[0, 1, 1, 2]], torch.tensor([0, 1, 2, 2])) == 0.75
    layer = torch.nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.0, 2.0, -1.0]]))
    zeros, nonzero = zeros_and_rest(layer)
    assert (zeros, nonzero) == (pytest.approx(1 / 3), 2)
