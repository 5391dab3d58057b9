"""Every experiment for real, with a tiny ResNet on a few digits: complete, the same again, and resumable."""

from __future__ import annotations

import json

import pytest

import simulator.cli.main as cli
from simulator.config.run import make_config
from simulator.engine import experiments, pipeline
from simulator.engine import worker as worker_room
from simulator.engine.setup import prepare, provenance
from simulator.events import (
    CellFinished,
    Concluded,
    Described,
    EpochFinished,
    Progress,
    RunFinished,
    StageFinished,
)
from simulator.host.machine import process_name
from simulator.runs import archive, service
from simulator.runs.database.store import open_store
from simulator.runs.kept.stages import Keeping
from tests.simulator.engine.experiments.tiny import SMALL, TINY, cells, tiny

pytestmark = pytest.mark.usefixtures("use_shared_data")


@pytest.mark.parametrize("name", TINY)
def test_an_experiment_measures_all_its_cells_and_concludes(done, name):
    events, config = done(name), tiny(name)
    measured = cells(events)
    places = config.places()
    if places is not None:
        assert [(c.at, c.seed) for c in measured] == places
    for value in config.entry.quantities.titles:
        assert any(value in c.values for c in measured), value
    assert {e.stage for e in events if isinstance(e, Progress)} == {"prepare", "experiment"}  # the teacher was cached
    *_, progress = [e for e in events if isinstance(e, Progress) and e.stage == "experiment"]
    assert progress.done == progress.total == len(measured)
    conclusion = next(e.conclusion for e in events if isinstance(e, Concluded))
    assert conclusion.answer == "" and not conclusion.shown  # of one seed
    assert "one seed: this cannot tell an effect from chance" in " ".join(conclusion.sentences)
    assert isinstance(events[-1], RunFinished)
    assert not any(c.measured_in for c in measured)


@pytest.mark.parametrize("name", ["missing_digit", "sweep", "zeros_or_channels", "mistakes"])
def test_equal_seeds_give_equal_cells(done, name):
    def but_for_time(events):
        return [
            (c.at, {k: v for k, v in c.values.items() if "latency" not in k and k != "others_cpu"})
            for c in cells(events)
        ]

    assert but_for_time(experiments.run(tiny(name))) == but_for_time(done(name))


def test_an_experiment_goes_on_where_it_was_stopped(done):
    everything = cells(done("four_way"))
    described = next(e for e in done("four_way") if isinstance(e, Described))
    store = open_store()
    store.add("first", tiny("four_way"), None)
    store.start("first", process_name())
    events = worker_room.carry_out("first", store)
    for event in events:
        if isinstance(event, CellFinished) and event == everything[1]:
            break
    events.close()
    assert archive.run("first").state == "cancelled"
    again = service.rerun("first")
    store.start(again, process_name())
    second = list(worker_room.carry_out(again, store))
    assert [c.measured_in for c in cells(second)] == ["first", "first", "", ""]
    assert [(c.at, c.values) for c in cells(second)] == [(c.at, c.values) for c in everything]
    assert next(e for e in second if isinstance(e, Concluded)) == next(
        e for e in done("four_way") if isinstance(e, Concluded)
    )
    assert archive.run(again).state == "finished"
    summary = archive.experiment_summary(again)
    assert len(summary["cells"]) == 4 and len(summary["conclusion"]["sentences"]) > 3
    assert described.provenance.teacher == summary["provenance"]["teacher"]


@pytest.mark.parametrize(("name", "trainings", "seed"), [("sweep", 3, 7), ("four_way", 2, 17), ("mistakes", 2, 27)])
def test_students_that_are_kept_are_taken_over_and_the_cells_are_the_same(name, trainings, seed):
    config = tiny(name, seed=seed)  # of its own: experiments take over each other's students, too
    alone, first, again = (list(experiments.run(config, None, k)) for k in (None, Keeping("first"), Keeping("again")))
    assert cells(first) == cells(alone) and cells(again) == cells(alone)
    assert taken_over(first) == taken_over(alone) == []
    assert taken_over(again) == ["first"] * trainings


def test_a_run_and_an_experiment_take_over_each_others_students():
    config = tiny("how_hot", seed=8)
    hot = config.base.model_copy(update={"temperature": 20.0})
    run = list(pipeline.run(hot, keeping=Keeping("run")))
    assert taken_over(list(experiments.run(config, keeping=Keeping("experiment")))) == ["run"]
    other = list(pipeline.run(config.base.model_copy(update={"temperature": 1.0}), keeping=Keeping("other")))
    assert taken_over(other) == ["run", "experiment"]  # the control of the one, the distilled student of the other
    assert any(isinstance(e, EpochFinished) and e.variant == "distilled" for e in other)  # with its curve
    assert run[-1].kind == "finished"


def taken_over(events):
    return [e.kept.run for e in events if isinstance(e, StageFinished) and e.kept]


def test_cells_measured_under_other_conditions_are_measured_again(done):
    described = next(e.provenance for e in done("four_way") if isinstance(e, Described))
    fake = [c.model_copy(update={"measured_in": "x"}) for c in cells(done("four_way"))]
    other = described.model_copy(update={"versions": {**described.versions, "torch": "0.1"}})
    started = experiments.run(tiny("four_way"), (other, fake))
    first = next(e for e in started if isinstance(e, CellFinished))
    assert first.measured_in == ""
    taken = experiments.run(tiny("four_way"), (described, fake))
    assert [c.measured_in for c in cells(list(taken))] == ["x"] * 4


def test_the_bench_describes_the_same_place_as_an_ordinary_run():
    setup = prepare(make_config({"model": "resnet18", **SMALL}))
    assert experiments.same_conditions(provenance(setup), provenance(setup))


def test_the_command_line_carries_an_experiment_out_and_writes_what_it_measured(done, tmp_path, capsys):
    out = tmp_path / "out.json"
    flags = "--student-size 0.25 --train-examples 96 --epochs 1 --weights scratch --axis temperature=1,20 --seeds 1"
    assert cli.main(["experiment", "how_hot", *flags.split(), "--json", str(out)]) == 0
    written = json.loads(out.read_text())
    assert [c["values"] for c in written["cells"]] == [c.values for c in cells(done("how_hot"))]
    assert written["config"]["kind"] == "experiment"
    printed = " ".join(capsys.readouterr().out.split())
    assert "One seed cannot tell" in printed and "temperature" in printed
