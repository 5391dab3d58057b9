from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.events import Latency
from simulator.experiments import make_experiment
from simulator.runs import recorded
from tests.ui.invented import measurement
from ui.figures.compare import rows
from ui.figures.compare.rows import Where

HERE = Where("digits", "a CPU, 2 threads")


def entry(run, accuracy, size=4000, latency=10.0, spread=0.1, others_cpu=None, **changes):
    timed = Latency(median=latency, p25=latency - spread, p75=latency + spread, p95=latency + spread, runs=9, threads=2,
                    others_cpu=others_cpu)  # fmt: skip
    m = measurement("pruned", accuracy, gzip_bytes=size, latency_ms={"batch_1": timed}, **changes)
    return rows.entry(run, "pruned", [m], HERE)


def runs(entries):
    return [e.run for e in entries]


def test_values_are_those_that_were_stored():
    for shipped in recorded.all_recorded():
        for e, m in zip(rows.entries_of(shipped.run.id), shipped.measurements, strict=True):
            assert e.values["Accuracy"] == m.accuracy
            assert e.values["Gzipped"] == m.gzip_bytes
            assert e.values["Without zeros"] == m.sparse_bytes
            assert e.values["Batch 1"] == m.latency_ms["batch_1"].median
            assert e.middle["Batch 32"] == (m.latency_ms["batch_32"].p25, m.latency_ms["batch_32"].p75)
            assert e.where == Where(
                shipped.provenance.data, f"{shipped.provenance.device}, {shipped.provenance.threads} threads, recorded"
            )


def test_the_front_of_accuracy_against_size_by_hand():
    entries = [entry("small", 0.5, 10), entry("beaten", 0.4, 20), entry("best", 0.9, 30), entry("large", 0.9, 40)]
    front = rows.front(entries, "Accuracy", ("Gzipped",))
    assert runs(front.on_it) == ["small", "best"]
    assert front.doubtful == []
    assert front.among == entries


def test_a_time_within_noise_is_said_to_be_so():
    entries = [entry("quick", 0.8, latency=9, spread=2), entry("good", 0.9, latency=10, spread=2)]
    front = rows.front(entries, "Accuracy", ("Batch 1",))
    assert runs(front.on_it) == ["quick", "good"]
    assert runs(front.doubtful) == ["quick"]
    sharp = [entry("quick", 0.8, latency=9, macs=2500), entry("good", 0.9, latency=10)]
    assert rows.front(sharp, "Accuracy", ("Batch 1",)).doubtful == []


def test_equal_networks_do_not_drive_each_other_from_a_front_by_their_times():
    """Control and distilled student of one shape: the faster one was lucky."""
    entries = [entry("lucky", 0.9, latency=9), entry("unlucky", 0.9, latency=10)]
    assert runs(rows.front(entries, "Accuracy", ("Batch 1",)).on_it) == ["lucky", "unlucky"]
    smaller = [entry("smaller", 0.9, latency=9, macs=2500), entry("larger", 0.9, latency=10)]
    assert runs(rows.front(smaller, "Accuracy", ("Batch 1",)).on_it) == ["smaller"]


def test_times_of_a_busy_machine_drive_nobody_from_a_front():
    entries = [entry("quick", 0.9, latency=9, macs=2500, others_cpu=0.6), entry("slow", 0.9, latency=10)]
    front = rows.front(entries, "Accuracy", ("Batch 1",))
    assert runs(front.on_it) == ["quick", "slow"] and runs(front.doubtful) == ["slow"]


def test_what_was_not_measured_is_in_no_front():
    entries = [entry("old", 0.9), entry("new", 0.8, sparse_bytes=100)]
    front = rows.front(entries, "Accuracy", ("Without zeros",))
    assert runs(front.on_it) == runs(front.among) == ["new"]


def test_of_several_seeds_the_mean_and_the_widest_middle_half():
    seeds = [measurement("control", a, latency, repeat=n) for n, (a, latency) in enumerate([(0.8, 10.0), (0.9, 20.0)])]
    both = rows.entry("one", "control", seeds, HERE)
    assert both.values["Accuracy"] == pytest.approx(0.85)
    assert both.values["Batch 1"] == 15
    assert both.middle["Batch 1"] == (9, 22)


def test_only_finished_runs_of_the_lab_can_be_compared(store):
    for run_id, config in (("lab", make_config({})), ("experiment", make_experiment("how_hot"))):
        store.add(run_id, config, None)
        store.start(run_id, "1@0.00")
        store.finish(run_id, "finished")
    store.add("waiting", make_config({}), None)
    assert [run.id for run in rows.finished()] == ["lab", *(r.run.id for r in recorded.all_recorded())]


def test_sizes_that_print_alike_count_alike():
    entries = [entry("poor", 0.15, 18_600_100), entry("good", 0.9, 18_600_900)]  # both 18.6 MB
    assert runs(rows.front(entries, "Accuracy", ("Gzipped",)).on_it) == ["good"]


def test_a_recorded_run_is_of_another_machine_though_its_processor_has_the_same_name(store):
    shipped = recorded.all_recorded()[0]
    store.add("mine", shipped.run.settings, None)
    store.append("mine", shipped.events)
    store.finish("mine", "finished")
    (mine,), (theirs,) = ({e.where for e in rows.entries_of(run)} for run in ("mine", shipped.run.id))
    assert theirs.machine == f"{mine.machine}, recorded"
    assert theirs.data == mine.data
