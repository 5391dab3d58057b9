"""The sparsities that are tried without retraining, on a tiny student."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch

from simulator.engine.deploy import kept
from simulator.engine.deploy.stage import measurement
from simulator.engine.deploy.sweep import sweep
from simulator.engine.distillation.training import accuracy
from simulator.engine.stages.pruned import prune
from simulator.events import Swept
from simulator.events.outcome import result_of
from simulator.runs.kept.stages import Keeping
from simulator.runs.kept.sweeps import SPARSITIES
from tests.simulator.engine.deploy.conftest import Untrained


def with_settings(untrained: Untrained, **changes: object) -> Untrained:
    config = untrained.setup.config.model_copy(update=changes)
    return Untrained(replace(untrained.setup, config=config), untrained.variants)


@pytest.mark.parametrize(
    "changes",
    [{}, {"scope": "layer_wise"}, {"importance": "random"}, {"pruning": "structured", "importance": "taylor"}],
    ids=str,
)
def test_each_point_is_what_the_prune_stage_leaves_at_that_sparsity(
    untrained: Untrained, changes: dict[str, object]
) -> None:
    untrained = with_settings(untrained, epochs=400, **changes)  # a long run: every test example is answered
    setup, distilled = untrained.setup, untrained.variants["distilled"]
    swept = sweep(setup, distilled, repeat=1)
    assert (swept.examples, swept.repeat) == (len(setup.test), 1)
    assert [p.target_sparsity for p in swept.points] == list(SPARSITIES)
    for point in (swept.points[0], swept.points[5], swept.points[-1]):
        config = setup.config.model_copy(update={"target_sparsity": point.target_sparsity})
        pruned = result_of(prune(replace(setup, config=config), distilled)).model
        right = accuracy(pruned, setup.module.logits, setup.test, bfloat16=False)
        assert point.right == round(right * swept.examples)
    removed = [p.removed for p in swept.points]
    assert removed[0] == 0.0 and removed == sorted(removed)
    if "pruning" not in changes:
        assert removed == pytest.approx(SPARSITIES, abs=0.01)


def test_the_student_itself_stays_as_it_is(untrained: Untrained) -> None:
    distilled = untrained.variants["distilled"]
    before = copy.deepcopy(distilled.state_dict())
    first, second = (sweep(untrained.setup, distilled, repeat=0) for _ in range(2))
    assert first.points == second.points
    assert all(torch.equal(before[name], tensor) for name, tensor in distilled.state_dict().items())


def test_a_sweep_is_taken_over_where_only_the_sparsity_is_another(untrained: Untrained) -> None:
    distilled = untrained.variants["distilled"]
    first = replace(untrained, setup=replace(untrained.setup, keeping=Keeping("first")))
    made = sweep(first.setup, distilled, repeat=0)
    assert made.kept is None

    def again(anew: bool = False, **changes: object) -> Swept:
        setup = replace(with_settings(first, **changes).setup, keeping=Keeping("again", anew))
        return sweep(setup, distilled, repeat=2)

    taken = again(target_sparsity=0.9)
    assert taken.kept is not None and taken.kept.run == "first"
    assert taken == made.model_copy(update={"repeat": 2, "kept": taken.kept})
    assert again(importance="random").kept is None
    assert again(anew=True).kept is None
    assert kept.find_sweep(untrained.setup, 0) is None  # it keeps nothing
    folder, _ = kept.place_of_sweep(first.setup)
    (folder / kept.SWEEP_FILE).write_bytes(b"{}")
    assert again().kept is None


@pytest.mark.parametrize(("changes", "times"), [({}, 1), ({"pruning": "2:4"}, 0), ({"scope": "by_hand"}, 0)], ids=str)
def test_the_measure_stage_tries_sparsities_where_there_is_one_to_choose(
    untrained: Untrained, changes: dict[str, object], times: int
) -> None:
    untrained = with_settings(untrained, **changes)
    events = list(
        measurement(untrained.setup, untrained.variants, dict.fromkeys(untrained.variants, 1.0), None, None, 2)
    )
    assert [e.repeat for e in events if isinstance(e, Swept)] == [2] * times
