"""What a run needs in a control group: the smallest host that the documentation names is enough."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import memory
from benchmarks.control_groups import Limits, NoControlGroups, limited
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.host.machine import MB, process_name
from simulator.runs.database.store import Store
from simulator.runs.forecast.workload import memory_mb


@pytest.mark.slow(minutes=1.5)
def test_resnet18_completes_in_one_gigabyte_server_and_teacher_included() -> None:
    try:
        with limited(cpu=1, memory_mb=64):
            pass
    except NoControlGroups as error:
        pytest.skip(str(error))
    outcome = memory.carry_out("resnet18", 1e9 / MB)
    assert outcome.completed, outcome
    assert list(outcome.peaks_mb) == [
        *("server", "start", "prepare", "teacher", "control", "distil", "prune", "recover", "measure")
    ]
    expected = memory_mb(make_config({"model": "resnet18"}), MODELS["resnet18"].teacher_scratch)
    assert expected < outcome.limit_mb - outcome.peaks_mb["server"], "the app would refuse the run"
    assert 50 < outcome.peaks_mb["server"] < 200 < outcome.peak_mb < outcome.limit_mb


def test_a_server_that_the_system_ends_ends_the_measurement(tmp_path: Path, store: Store) -> None:
    (tmp_path / "memory.stat").write_text(f"anon {300 * MB}\n")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as server:
        name = process_name(server.pid)
        server.kill()
    outcome = memory.Outcome(limit_mb=512)
    memory.watch(make_config({}), store, Limits({"memory": tmp_path}), outcome, name)
    assert not outcome.completed
    assert str(outcome) == (
        "512 MiB: did not complete: The server's process was killed by the system: probably out of memory.; "
        "peak 300 MiB (start 300)"
    )
