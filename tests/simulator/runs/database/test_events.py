"""Events and measurements of runs: numbered, found by their kind, and read back as they were."""

from __future__ import annotations

from simulator.config.run import make_config
from simulator.events import Described, Measured, RunFinished, StageFinished
from simulator.experiments import make_experiment
from simulator.runs.database.schema import events
from simulator.runs.database.store import Store
from tests.simulator.runs.database.kept import LOSS, measurement
from tests.ui.invented import PROVENANCE


def test_events_are_numbered_from_one_and_read_from_where_one_stopped(store: Store) -> None:
    store.add("a", make_config({}), None)
    store.append("a", [LOSS, LOSS])
    store.append("a", [])
    store.append("a", [RunFinished(seconds=1, peak_memory_mb=2)])
    assert [n for n, _ in store.events("a")] == [1, 2, 3]
    assert [e.kind for _, e in store.events("a", after=2)] == ["finished"]


def test_what_was_measured_is_an_event_and_a_measurement(store: Store) -> None:
    store.add("a", make_config({}), None)
    wanted = [measurement(name) for name in ("teacher", "control")]
    store.append("a", [LOSS, *(Measured(measurement=m) for m in wanted)])
    assert store.measurements("a") == wanted


def test_each_seed_has_its_measurements(store: Store) -> None:
    store.add("a", make_config({"repeats": 2}), None)
    wanted = [measurement("teacher"), measurement("control"), measurement("control", repeat=1)]
    store.append("a", [Measured(measurement=m) for m in wanted])
    assert store.measurements("a") == wanted


def test_costs_are_those_of_the_models_latest_finished_runs(store: Store) -> None:
    stage = StageFinished(stage="distil", seconds=3, peak_memory_mb=5, examples=10)
    end = RunFinished(seconds=9, peak_memory_mb=7)
    for number, model in enumerate(["resnet18", "resnet18", "t5_small", "resnet18"]):
        name = f"run{number}"
        store.add(name, make_config({"model": model, "seed": number}), None)
        store.append(name, [LOSS, stage, LOSS, end])
        if number != 1:
            store.finish(name, "finished")
    assert [(c.seed, stored) for c, stored in store.recent_costs("resnet18")] == [(3, [stage, end]), (0, [stage, end])]
    assert [c.seed for c, _ in store.recent_costs("resnet18", limit=1)] == [3]
    assert store.recent_costs("distilbert") == []


def test_a_run_whose_events_are_of_another_version_is_no_help_to_a_forecast(store: Store) -> None:
    for name in ("old", "new"):
        store.add(name, make_config({}), None)
        store.append(name, [RunFinished(seconds=1, peak_memory_mb=2)])
        store.finish(name, "finished")
    with store.engine.begin() as connection:
        broken = '{"kind":"finished","seconds":1}'
        connection.execute(events.update().where(events.c.run_id == "old").values(body=broken))
    assert [stored for _, stored in store.recent_costs("resnet18")] == [[RunFinished(seconds=1, peak_memory_mb=2)]]


def test_what_describes_a_run_is_found_without_its_other_events(store: Store) -> None:
    store.add("a", make_config({}), None)
    store.append("a", [LOSS])
    assert store.described("a") is None
    described = Described(provenance=PROVENANCE, class_names=("cat", "dog"))
    store.append("a", [described, LOSS])
    assert store.described("a") == described


def test_sizes_are_the_characters_of_each_runs_events(store: Store) -> None:
    for name, count in (("a", 1), ("b", 3), ("c", 0)):
        store.add(name, make_config({}), None)
        store.append(name, [LOSS] * count)
    one = len(LOSS.model_dump_json())
    assert store.sizes() == {"a": one, "b": 3 * one}


def test_costs_of_experiments_and_of_runs_are_apart_and_imported_ones_are_left_out(store: Store) -> None:
    end, sweep = RunFinished(seconds=9, peak_memory_mb=7), make_experiment("sweep", {"model": "resnet18"})
    for name, config, origin in (
        ("run", make_config({}), "app"), ("experiment", sweep, "cli"),
        ("strange", make_config({}), "imported"), ("strange_one", sweep, "imported"),
    ):  # fmt: skip
        store.add(name, config, None, origin=origin)
        store.append(name, [LOSS, end])
        store.finish(name, "finished")
    assert store.recent_costs("resnet18") == [(make_config({}), [end])]
    assert store.recent_experiments("sweep", "resnet18") == [(sweep, [end])]
    assert store.recent_experiments("sweep", "t5_small") == store.recent_experiments("few_labels", "resnet18") == []
