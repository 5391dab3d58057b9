"""A run as everybody but the worker sees it."""

from __future__ import annotations

from datetime import UTC, datetime

from simulator.config.run import make_config
from simulator.experiments import make_experiment
from simulator.runs.records import Run

WHEN = datetime(2026, 5, 3, tzinfo=UTC)


def run(config) -> Run:
    return Run(id="r1", state="queued", origin="app", config=config, forecast=None, created_at=WHEN)


def test_an_ordinary_run_has_its_own_settings_and_an_experiment_those_of_its_cells() -> None:
    ordinary = run(make_config({"temperature": 3.0}))
    assert ordinary.experiment is None and ordinary.settings == ordinary.config
    experiment = run(make_experiment("how_hot"))
    assert experiment.experiment == experiment.config
    assert experiment.settings == experiment.config.base


def test_either_comes_back_from_json_as_it_was() -> None:
    for config in (make_config({}), make_experiment("four_way")):
        assert Run.model_validate_json(run(config).model_dump_json()) == run(config)
