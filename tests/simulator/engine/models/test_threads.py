from __future__ import annotations

import pytest
import torch

from simulator.engine.models.threads import decided_threads, step_seconds, training_step
from simulator.host import threads


def test_a_step_is_timed_on_one_thread_and_on_two_and_leaves_no_trace() -> None:
    before, state = torch.get_num_threads(), torch.get_rng_state()
    seconds = step_seconds("resnet18", 2)
    assert set(seconds) == {1, 2}
    assert all(0 < taken < float("inf") for taken in seconds.values())
    assert torch.get_num_threads() == before
    assert torch.equal(torch.get_rng_state(), state)


def test_what_is_decided_is_not_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(threads, "most_threads", lambda: 2)
    monkeypatch.setattr("simulator.engine.models.threads.step_seconds", lambda model, most: {1: 1.0, 2: 0.5})
    assert decided_threads("resnet18") == 2
    monkeypatch.setattr("simulator.engine.models.threads.step_seconds", lambda model, most: {1: 1.0, 2: 1.0})
    assert decided_threads("resnet18") == 2
    assert decided_threads("mobilenet_v2") == 1


@pytest.mark.parametrize("model", ["mobilenet_v2", "t5_small"])
def test_a_step_of_every_kind_of_model_can_be_timed(model: str) -> None:
    training_step(model)()
