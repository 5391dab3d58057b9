"""Rows of the store, held to the ranges of their records."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from simulator.config.run import RunConfig, make_config
from simulator.errors import NotAvailable, UnreadableRun
from simulator.experiments import make_experiment
from simulator.runs.database.rows import columns_of, expected, reading
from simulator.runs.records import Forecast

STARTED = "2026-01-02T03:04:05+00:00"
FORECAST = Forecast(seconds=12.5, peak_memory_mb=900, basis="estimate")


def test_a_query_finds_a_run_by_its_model_and_an_experiment_by_its_name_too() -> None:
    assert columns_of(make_config({"model": "t5_small"})) == {"model": "t5_small", "experiment": ""}
    sweep = make_experiment("sweep", {"model": "distilbert"})
    assert columns_of(sweep) == {"model": "distilbert", "experiment": "sweep"}


def test_a_forecast_and_a_start_are_read_back() -> None:
    forecast, started = expected(FORECAST.model_dump_json(), STARTED)
    assert forecast == FORECAST
    assert started is not None and started.isoformat() == STARTED
    assert expected("", None) == (None, None)


@pytest.mark.parametrize(
    ("forecast", "started"), [("{", STARTED), (FORECAST.model_dump_json(), "yesterday"), ('{"seconds": -1}', STARTED)]
)
def test_where_one_cannot_be_read_neither_is_known(forecast: str, started: str) -> None:
    assert expected(forecast, started) == (None, None)


def test_what_cannot_be_read_names_the_run_and_what_to_do() -> None:
    for broken in ("{}", '{"model": "vgg"}', "no JSON"):
        with pytest.raises(UnreadableRun, match="Run 'a1' was stored by another version") as unreadable, reading("a1"):
            RunConfig.model_validate_json(broken) if broken != "{}" else _missing()
        assert unreadable.value.advice and unreadable.value.__cause__
    with pytest.raises(KeyError), reading("a1"):
        raise KeyError("a fault of ours is none of the run's")


def _missing() -> None:
    raise NotAvailable("The data is gone.", "Upload it again.")


def test_readable_ranges_are_those_of_the_record() -> None:
    with pytest.raises(ValidationError):
        RunConfig.model_validate_json('{"temperature": 0.5}')
