from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import torch

from simulator.engine.host.device import has_fast_bfloat16
from simulator.errors import InvalidConfig
from simulator.host import machine
from simulator.host.machine import (
    MB,
    WORKER_MODULE,
    available_memory_mb,
    bfloat16_hardware,
    cgroup_room,
    cores,
    is_alive,
    keeps_warm,
    matmul_flops,
    process_name,
)


def write(files: dict[Path, str]) -> None:
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_a_v2_limit_counts_with_the_cache_that_can_be_given_up(tmp_path: Path) -> None:
    group = tmp_path / "cgroup/app"
    write(
        {
            tmp_path / "membership": "0::/app\n",
            group / "memory.max": f"{1000 * MB}\n",
            group / "memory.current": f"{700 * MB}\n",
            group / "memory.stat": f"anon 5\ninactive_file {200 * MB}\n",
        }
    )
    assert cgroup_room(tmp_path / "cgroup", tmp_path / "membership") == 500 * MB


def test_a_limit_on_a_parent_group_counts(tmp_path: Path) -> None:
    root = tmp_path / "cgroup"
    write(
        {
            tmp_path / "membership": "0::/host/app\n",
            root / "host/app/memory.max": "max\n",
            root / "host/app/memory.current": "5\n",
            root / "host/memory.max": "1000\n",
            root / "host/memory.current": "300\n",
        }
    )
    assert cgroup_room(root, tmp_path / "membership") == 700


def test_a_v1_limit_counts_even_where_the_path_is_the_hosts(tmp_path: Path) -> None:
    root = tmp_path / "cgroup"
    write(
        {
            tmp_path / "membership": "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
            root / "memory/memory.limit_in_bytes": "1000\n",
            root / "memory/memory.usage_in_bytes": "900\n",
            root / "memory/memory.stat": "total_inactive_file 50\n",
        }
    )
    assert cgroup_room(root, tmp_path / "membership") == 150


def test_no_limit_is_no_limit(tmp_path: Path) -> None:
    assert cgroup_room(tmp_path, tmp_path / "missing") == float("inf")


def test_a_quota_of_half_a_core_is_half_a_core(tmp_path: Path) -> None:
    write({tmp_path / "membership": "0::/\n", tmp_path / "cgroup/cpu.max": "50000 100000\n"})
    assert cores(tmp_path / "cgroup", tmp_path / "membership") == 0.5
    assert cores(tmp_path, tmp_path / "missing") >= 1


def test_a_process_is_known_by_number_and_start() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = process_name(child.pid)
    assert is_alive(name)
    assert not is_alive(f"{child.pid}@1.00")  # an earlier process with the same number
    child.communicate(b"\n")
    assert not is_alive(name)
    assert not is_alive(None)


def test_a_clock_that_is_set_ends_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux gives a start in ticks since it booted; when it booted follows from the clock."""
    name, booted = process_name(), psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + 3600)
    assert is_alive(name)


def test_what_a_waiting_worker_holds_is_free_for_the_run_it_will_carry_out() -> None:
    code = "held = b'x' * 300_000_000; print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, WORKER_MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline()
        free_for_others = psutil.virtual_memory().available / MB
        assert available_memory_mb() > free_for_others + 150  # other processes take and give meanwhile
        assert available_memory_mb(busy=[worker.pid]) < available_memory_mb() - 150  # its run goes on beside the new
        worker.communicate(b"\n")


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux tells mapped files from other memory")
def test_the_files_that_a_waiting_worker_maps_are_not_free_twice(tmp_path: Path) -> None:
    """Its libraries count as available already: the system can take their pages back."""
    file = tmp_path / "library"
    file.write_bytes(bytes(300 * MB))
    code = "import mmap, sys; file = open(sys.argv[2], 'rb'); "
    code += "pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ); "
    code += "sum(pages[::4096]); print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, WORKER_MODULE, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline()
        assert psutil.Process(worker.pid).memory_info().rss > 300 * MB
        assert available_memory_mb() < available_memory_mb(busy=[worker.pid]) + 150
        worker.communicate(b"\n")


def test_the_machines_speed_is_found_quickly_and_once() -> None:
    matmul_flops.cache_clear()
    started = time.process_time()
    first = matmul_flops()
    assert first > 1e8
    assert time.process_time() - started < 1
    assert matmul_flops() == first


@pytest.mark.parametrize(
    ("flags", "hardware"),
    [("fpu avx512f avx512_bf16 amx_bf16", "amx"), ("fpu avx512_bf16", "avx512"), ("fpu avx2", ""), (None, "")],
)
def test_what_multiplies_bfloat16_is_read_from_the_processors_flags(
    tmp_path: Path, flags: str | None, hardware: str
) -> None:
    file = tmp_path / "cpuinfo"
    if flags:
        file.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: {flags}\n")
    assert bfloat16_hardware(file) == hardware


def test_the_processors_flags_agree_with_what_torch_finds() -> None:
    assert bool(bfloat16_hardware()) == has_fast_bfloat16(torch.device("cpu"))


def test_threads_that_compute_in_python_do_not_make_the_machine_look_slow() -> None:
    """A product gives up the interpreter's lock, and getting it back takes up to 5 ms: a thousand products."""
    alone = matmul_flops.__wrapped__()
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            sum(range(1000))

    thread = threading.Thread(target=count)
    thread.start()
    try:
        beside = matmul_flops.__wrapped__()
    finally:
        done.set()
        thread.join()
    assert beside > alone / 3


def test_a_processor_is_named_with_what_kernels_are_chosen_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: Zen Nine\nflags\t\t: fpu mmx avx avx2 fma rdtscp avx512_bf16 amx_tile\n" * 2)
    assert machine.processor_name(cpuinfo) == "Zen Nine"
    assert machine._instructions(cpuinfo) == ["amx_tile", "avx", "avx2", "avx512_bf16", "fma"]
    usual = machine.processor()
    assert usual == machine.processor()
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert machine.processor() == f"{usual} ONEDNN_MAX_CPU_ISA=AVX2"


def test_without_a_name_in_cpuinfo_the_architecture_stands_for_it(tmp_path: Path) -> None:
    """ARM and Windows."""
    assert machine.processor_name(tmp_path / "nothing")


@pytest.mark.parametrize("value", ["", "yes", "2"])
def test_what_kdps_warm_may_say_is_told(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KDPS_WARM", value)
    with pytest.raises(InvalidConfig, match=r"KDPS_WARM is .*It must be 0, 1 or auto"):
        keeps_warm()


@pytest.mark.parametrize(("value", "free", "expected"), [
    ("auto", 1_999, False), ("auto", 2_001, True), ("0", 9_999, False), ("1", 100, True),
])  # fmt: skip
def test_a_worker_waits_where_the_largest_run_fits_too(
    monkeypatch: pytest.MonkeyPatch, value: str, free: float, expected: bool
) -> None:
    monkeypatch.setenv("KDPS_WARM", value)
    monkeypatch.setattr(machine, "available_memory_mb", lambda: free)
    assert keeps_warm() == expected
