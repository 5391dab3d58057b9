"""What an earlier version wrote is read in today's words; everything else stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.runs.earlier import config_of_today, event_of_today


def test_a_study_is_an_experiment_today() -> None:
    stored = {"kind": "study", "study": "sweep", "seeds": 2}
    assert config_of_today(stored) == {"kind": "experiment", "name": "sweep", "seeds": 2}
    assert stored == {"kind": "study", "study": "sweep", "seeds": 2}
    assert event_of_today({"stage": "study", "done": 1}) == {"stage": "experiment", "done": 1}


@pytest.mark.parametrize("stored", [{"kind": "experiment", "name": "sweep"}, {"kind": "study"}, {}, [], None, "study"])
def test_all_else_stays(stored: Any) -> None:
    assert config_of_today(stored) == stored
    assert event_of_today(stored) == stored
