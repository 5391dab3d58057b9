from __future__ import annotations

import json
import subprocess
import sys

import psutil
import pytest

from benchmarks.control_groups import NoControlGroups, limited
from simulator.host import threads
from simulator.host.paths import data_dir


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("KDPS_WORKERS", raising=False)
    monkeypatch.setattr(threads, "cores", lambda: 4.0)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: 4)


@pytest.mark.parametrize(
    ("workers", "quota", "physical", "most"),
    [
        ("1", 3.7, 4, 3),
        ("2", 3.7, 4, 1),
        ("1", 0.5, 4, 1),
        ("1", 8, 4, 4),  # two halves of a core are one that multiplies
        ("2", 8, 4, 2),
        ("1", 2, None, 2),
    ],
)
def test_runs_share_the_cores_that_they_may_use(
    monkeypatch: pytest.MonkeyPatch, workers: str, quota: float, physical: int | None, most: int
) -> None:
    monkeypatch.setenv("KDPS_WORKERS", workers)
    monkeypatch.setattr(threads, "cores", lambda: quota)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: physical)
    assert threads.most_threads() == most
    assert threads.threads("resnet18") == (1 if most == 1 else None)


@pytest.mark.parametrize(("asked", "number"), [("8", 8), ("2,1", 2), ("", None), ("0", None), ("many", None)])
def test_the_users_number_goes_before_what_is_decided(
    monkeypatch: pytest.MonkeyPatch, asked: str, number: int | None
) -> None:
    """Nested levels are read as OpenMP reads them."""
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads.threads("resnet18") == number
    threads.keep("resnet18", {1: 1.0, 2: 0.9})
    assert threads.threads("resnet18") == (number or 1)


@pytest.mark.parametrize(
    ("seconds", "number"),
    [
        ({1: 1.0}, 1),
        ({1: 1.0, 2: 0.76}, 1),  # less than a third more
        ({1: 1.0, 2: 0.74}, 2),
        ({1: 1.0, 2: 0.6, 4: 0.5}, 2),
        ({1: 1.0, 2: 0.6, 4: 0.4}, 4),
        ({1: 1.0, 2: 0.9, 4: 0.3}, 1),  # each doubling must gain
    ],
)
def test_another_doubling_must_gain_a_third(seconds: dict[int, float], number: int) -> None:
    assert threads.fewest_worth_it(seconds) == number


def test_a_decision_is_kept_for_this_model_and_kind_of_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads.threads("resnet18") is None
    assert threads.keep("resnet18", {1: 1.0, 2: 0.5, 4: 0.45}) == 2
    assert threads.keep("resnet18", {1: 1.0, 2: 1.1, 4: 1.1}) == 2  # the load of the moment changes nothing
    assert threads.threads("resnet18") == 2
    assert threads.threads("mobilenet_v2") is None
    [file] = data_dir("threads").iterdir()
    assert json.loads(file.read_text())["seconds_of_a_step"] == {"1": 1.0, "2": 0.5, "4": 0.45}
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")  # another kind of processor
    assert threads.threads("resnet18") is None


KEEP = """
import sys
from simulator.host import threads
threads.most_threads = lambda: 4
sys.stdin.readline()
print(threads.keep("resnet18", {1: 1.0, 2: float(sys.argv[1])}))
"""


def test_two_processes_that_decide_at_once_decide_alike() -> None:
    deciding = [
        subprocess.Popen(
            [sys.executable, "-c", KEEP, seconds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for seconds in ("0.5", "0.9", "0.5", "0.9")
    ]
    for process in deciding:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    decided = {process.communicate()[0].strip() for process in deciding}
    assert decided == {str(threads.threads("resnet18"))}
    assert len(list(data_dir("threads").iterdir())) == 1


def test_half_a_core_gets_one_thread_without_a_measurement() -> None:
    code = "from simulator.host.threads import threads; print(threads('distilbert'))"
    try:
        with limited(cpu=0.5) as limits:
            done = subprocess.run(limits.command([sys.executable, "-c", code]), capture_output=True, check=True)
    except NoControlGroups as error:
        pytest.skip(str(error))
    assert done.stdout == b"1\n"
