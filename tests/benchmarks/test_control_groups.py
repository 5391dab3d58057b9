from __future__ import annotations

import subprocess
import sys
import time

import pytest

from benchmarks.control_groups import Limits, NoControlGroups, limited

CORES = "from simulator.host.machine import cores; print(cores())"
ROOM = "from simulator.host.machine import cgroup_room; print(cgroup_room() / 2**20)"
WARM = "from simulator.host.machine import keeps_warm; print(keeps_warm())"
SPIN = "import time; e = time.monotonic() + 1\nwhile time.monotonic() < e: pass\nprint(time.process_time())"
HOLD = "x = b'x' * 2**27; print(len(x))"


@pytest.fixture(autouse=True)
def groups() -> None:
    try:
        with limited(cpu=1, memory_mb=64):
            pass
    except NoControlGroups as error:
        pytest.skip(str(error))


def answer(limits: Limits, code: str) -> str:
    return subprocess.run(
        limits.command([sys.executable, "-c", code]), check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_command_gets_no_more_of_the_processor_than_its_quota() -> None:
    with limited(cpu=0.5) as limits:
        assert float(answer(limits, CORES)) == 0.5
        assert float(answer(limits, SPIN)) < 0.7  # of one second


def test_a_command_is_killed_where_it_wants_more_memory_than_there_is() -> None:
    with limited(memory_mb=64) as limits:
        assert 0 < float(answer(limits, ROOM)) <= 64
        assert limits.out_of_memory_kills() == 0
        with pytest.raises(subprocess.CalledProcessError):
            answer(limits, HOLD)
        assert limits.out_of_memory_kills() == 1
        assert 60 < limits.peak_memory_mb() <= 64
    with limited(memory_mb=192) as limits:
        assert answer(limits, HOLD) == str(2**27)
        assert 128 < limits.peak_memory_mb() < 192


def test_what_is_still_in_a_group_ends_with_it_and_the_group_goes() -> None:
    with limited(cpu=1, memory_mb=64, ahead=True) as limits:
        process = subprocess.Popen(limits.command([sys.executable, "-c", "import time; time.sleep(60)"]))
        time.sleep(0.2)
        assert all(folder.exists() for folder in limits.folders.values())
    assert process.wait(5) == -9
    assert not any(folder.exists() for folder in limits.folders.values())


def test_no_worker_waits_with_torch_loaded_in_a_small_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KDPS_WARM", raising=False)
    with limited(memory_mb=1000) as limits:
        assert answer(limits, WARM) == "False"


def test_anonymous_memory_is_counted_without_the_file_cache() -> None:
    hold = "import sys; x = bytearray(b'x') * 2**26; print(len(x), flush=True); sys.stdin.read()"
    with limited(memory_mb=200) as limits:
        command = limits.command([sys.executable, "-c", hold])
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout and process.stdout.readline()
            assert 64 < limits.anonymous_memory_mb() < 90
            process.kill()
