"""Which patterns, importances, scopes and schedules go together."""

from __future__ import annotations

import pytest

from simulator.catalog.pruning import IMPORTANCES, PRUNING, SCHEDULES, SCOPES, MethodInfo, importances_for


@pytest.mark.parametrize("catalogue", [PRUNING, IMPORTANCES, SCOPES, SCHEDULES])
def test_an_entry_is_found_by_its_name(catalogue: dict[str, MethodInfo]) -> None:
    assert [entry.name for entry in catalogue.values()] == list(catalogue)


def test_only_an_image_model_has_batch_norm_to_rank_by_and_not_within_fours() -> None:
    everywhere = ("magnitude", "random", "taylor", "wanda")
    for pruning in PRUNING:
        assert importances_for("text", pruning) == everywhere
        scaled = ("batchnorm_scale",) if pruning != "2:4" else ()
        assert importances_for("image", pruning) == (*everywhere, *scaled)


def test_every_pattern_has_scopes_and_schedules_and_says_why_it_lacks_some() -> None:
    for pattern in PRUNING.values():
        assert pattern.schedules and set(pattern.schedules) <= set(SCHEDULES)
        assert pattern.scopes and set(pattern.scopes) <= set(SCOPES)
        assert bool(pattern.why_not) == (set(pattern.schedules) != set(SCHEDULES))


def test_a_schedule_prunes_once_or_during_recovery_or_trains_again() -> None:
    for schedule in SCHEDULES.values():
        assert [schedule.continues_pruned, schedule.prunes_in_recovery, schedule.trains_again].count(True) == 1
    assert [name for name, schedule in SCHEDULES.items() if schedule.continues_pruned] == ["one_shot"]
