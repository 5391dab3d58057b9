"""Which patterns, importances, scopes and schedules go together."""

from __future__ import annotations

import pytest

from simulator.catalog.pruning import (
    IMPORTANCES,
    NEED_RECOVERY,
    PRUNING,
    SCHEDULES,
    SCHEDULES_FOR,
    SCOPES,
    SCOPES_FOR,
    TRAIN_AGAIN,
    WHY_NOT,
    MethodInfo,
    importances_for,
)


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
    assert set(SCHEDULES_FOR) == set(SCOPES_FOR) == set(PRUNING)
    for pruning, schedules in SCHEDULES_FOR.items():
        assert set(schedules) <= set(SCHEDULES) and set(SCOPES_FOR[pruning]) <= set(SCOPES)
        assert (pruning in WHY_NOT) == (set(schedules) != set(SCHEDULES))


def test_a_schedule_prunes_once_or_during_recovery_or_trains_again() -> None:
    assert set(SCHEDULES) == {"one_shot", *NEED_RECOVERY, *TRAIN_AGAIN}
    assert not set(NEED_RECOVERY) & set(TRAIN_AGAIN)
