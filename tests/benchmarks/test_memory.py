"""What a run needs in a control group: the smallest host that the documentation names is enough."""

from __future__ import annotations

import pytest

from benchmarks import memory
from benchmarks.control_groups import NoControlGroups, limited
from simulator.host.machine import MB


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
    assert 50 < outcome.peaks_mb["server"] < 200 < outcome.peak_mb < outcome.limit_mb
