from __future__ import annotations

import pytest

from simulator.config.run import make_config
from tests.ui.invented import measurement
from tests.ui.reading import read
from ui.figures.run import sizes

ASKED = make_config({"target_sparsity": 0.9})
HALF = {"sparsity": 0.5, "nonzero_parameters": 500, "gzip_bytes": 2000, "sparse_encodings": {"dense": 1, "bitmask": 2}}


def run(after, latency=10.0, **before):
    return [
        measurement("teacher"),
        measurement("distilled", sparse_bytes=4100, **before),
        measurement("recovered", latency=latency, **after),
    ]


def test_zeros_shrink_neither_the_dense_file_nor_the_time():
    measured = run({**HALF, "sparse_bytes": 2100})
    assert sizes.question(ASKED, measured) == "I pruned 90 %: why is it no smaller and no faster?"
    zeros, dense, packed, sparse, macs, one, many = sizes.sentences(measured)
    assert "**50.0 %** of the 1.00 k parameters are zero, and all of them are there" in zeros
    assert "4.00 kB before pruning, 4.00 kB after (**no change**)" in dense
    assert "3.60 kB before pruning, 2.00 kB after (**\N{MINUS SIGN}44.4 %**)" in packed
    assert (
        "4.10 kB before pruning, 2.10 kB after (**\N{MINUS SIGN}48.8 %**): of its tensors 1 dense, 2 bitmask" in sparse
    )
    assert "no change" in macs and "multiplies by zero" in macs
    assert "do the same work" in one and "do the same work" in many


@pytest.mark.parametrize("latency", [5.0, 15.0])
def test_equal_networks_are_never_called_faster_or_slower(latency):
    """Half of the weights zero, the same shapes: only the machine makes a difference."""
    measured = run({**HALF, "sparse_bytes": 2100}, latency)
    sentence = sizes.sentences(measured)[-1]
    assert (
        "do the same work" in sentence and "faster" not in sentence and "slower" not in sentence and "%" not in sentence
    )
    assert sizes.question(ASKED, measured).endswith("no smaller and no faster?")


@pytest.mark.parametrize(("latency", "word"), [(5.0, "faster"), (15.0, "slower"), (10.5, "no clear difference")])
def test_a_clear_difference_of_the_time_is_said_as_it_was_measured(latency, word):
    measured = run({**HALF, "sparse_bytes": 2100, "macs": 2500}, latency)
    assert f"{word}**" in sizes.sentences(measured)[-1]
    asked = sizes.question(ASKED, measured)
    assert asked.endswith("no smaller?" if word == "faster" else "no smaller and no faster?")


def test_a_busy_machine_gives_no_verdict():
    quiet, busy = run({**HALF, "macs": 2500}, 5.0), run({**HALF, "macs": 2500}, 5.0)
    timed = busy[-1].latency_ms["batch_32"].model_copy(update={"others_cpu": 0.6})
    busy[-1] = busy[-1].model_copy(update={"latency_ms": {"batch_1": timed, "batch_32": timed}})
    assert sizes.sentences(quiet)[-1].endswith("**faster**.")
    assert sizes.sentences(busy)[-1].endswith("**the machine was busy: not comparable**.")
    assert sizes.question(ASKED, busy).endswith("why is it no smaller?")


def test_what_was_cut_out_makes_the_dense_file_smaller():
    measured = run(
        {"parameters": 400, "nonzero_parameters": 400, "size_bytes": 1600, "macs": 2000, "sparse_bytes": 1700}
    )
    assert sizes.question(ASKED, measured) == "I pruned 90 %: what became smaller, and what became faster?"
    sentences = sizes.sentences(measured)
    assert "**400** of 1.00 k parameters are left" in sentences[0]
    assert "\N{MINUS SIGN}60.0 %" in sentences[1] and "gone from the tensors" in sentences[1]
    assert "smaller layers multiply less" in sentences[4]
    cut = read(sizes.forms(measured))
    assert dict(zip(cut["Variant"], cut["Physically smaller"], strict=True)) == {
        "teacher": "nothing was cut out",
        "distilled": "nothing was cut out",
        "recovered": "1.60 kB",
    }


def test_a_run_of_an_earlier_version_says_what_was_not_written():
    measured = [measurement("distilled"), measurement("pruned", **{**HALF, "sparse_encodings": {}})]
    assert "The file without zeros was not written: this run is from an earlier version." in sizes.sentences(measured)
    assert set(read(sizes.forms(measured))["Without zeros"]) == {"not measured"}


def test_a_run_that_was_not_pruned_has_nothing_to_say():
    assert sizes.sentences([measurement("teacher"), measurement("control")]) == []


def test_of_several_seeds_every_figure_has_its_spread():
    seeds = [
        measurement(name, latency=latency, repeat=n, sparsity=zeros, sparse_bytes=bytes_)
        for n, (latency, zeros, bytes_) in enumerate(((9.0, 0.4, 2000), (11.0, 0.6, 3000)))
        for name in ("distilled", "recovered")
    ]
    zeros, _, _, sparse, _, one, _ = sizes.sentences(seeds)
    assert "**50.0 % \N{PLUS-MINUS SIGN} 14.1 %** of" in zeros
    assert "2.50 kB \N{PLUS-MINUS SIGN} 707 B before pruning" in sparse
    assert "10.0 ms \N{PLUS-MINUS SIGN} 1.41 ms before" in one
