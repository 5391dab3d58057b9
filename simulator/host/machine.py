"""What this machine has: memory, cores, speed, kernels; and which processes live on it. Imports no torch."""

from __future__ import annotations

import math
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import psutil

from simulator.errors import InvalidConfig

MB = 2**20
CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
CPUINFO = Path("/proc/cpuinfo")
BOOT = Path("/proc/sys/kernel/random/boot_id")
WORKER_MODULE = "simulator.engine.worker"
ROOM_FOR_WARM_MB = 2_000
"""With so much free, a worker waits with torch loaded: the largest default run then fits too, which also uses libraries
that only other models need."""
Bfloat16 = Literal["amx", "avx512", ""]

INSTRUCTIONS = re.compile(r"(?:avx|amx|fma|f16c|asimd|sve|sme|bf16|i8mm)\w*")
"""The instruction sets, by their names on Linux, of which numerical libraries choose their kernels."""

INSTRUCTION_LIMITS = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS")
"""Environment variables by which PyTorch, oneDNN and MKL leave out some of them."""


def process_name(pid: int | None = None) -> str:
    """ "pid@start": a name that a later process with the same number does not share.

    Args:
        pid: A live process; this one if left out.
    """
    process = psutil.Process(pid)
    if not psutil.LINUX:
        return f"{process.pid}@{process.create_time():.2f}"
    # Linux derives the time of a start from the clock, which may be set meanwhile; it counts ticks since it booted.
    ticks = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    boot = BOOT.read_text(encoding="ascii")[:8] if BOOT.exists() else ""
    return f"{process.pid}@{ticks}-{boot}"


def is_alive(name: str | None) -> bool:
    """Whether the process that :func:`process_name` named still runs on this machine."""
    if not name:
        return False
    pid = int(name.partition("@")[0])
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and process_name(pid) == name
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):  # or it ends at this moment
        return False
    except psutil.AccessDenied:  # its number is another user's now
        return False


def available_memory_mb(busy: Collection[int] = ()) -> float:
    """Memory that a new run can have, MiB: of the machine, or of this container if that is less.

    What the workers of this process hold is theirs only until the run starts: it takes the place
    of the one that waits, or of one that has ended by then. So the largest of them counts as free.
    The files that it maps do so already.

    Args:
        busy: Process numbers of workers that may still run beside the new run: what they hold stays theirs.
    """
    others = (child for child in psutil.Process().children() if child.pid not in busy)
    held = max((_held_by_worker(child) for child in others), default=0)
    return (min(psutil.virtual_memory().available, cgroup_room()) + held) / MB


def _held_by_worker(process: psutil.Process) -> int:
    try:
        return held_bytes(process) if WORKER_MODULE in process.cmdline() else 0
    except psutil.NoSuchProcess:  # it has ended meanwhile
        return 0


def held_bytes(process: psutil.Process) -> int:
    """Memory of a process that the system cannot take back, where it says so: on Linux without the mapped files."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def cgroup_room(mounted: Path = CGROUPS, membership: Path = MEMBERSHIP) -> float:
    """Bytes that this process's control groups (v1 or v2) still allow; infinity where none sets a limit.

    File cache that the system would give up counts as room.
    """
    rooms = []
    for limit, usage, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        for folder in _cgroup_folders("memory", mounted, membership):
            most = _number(folder / limit)
            used = _number(folder / usage)
            if most is not None and used is not None:
                rooms.append(most - used + _field(folder / "memory.stat", cache))
    return max(0.0, min(rooms, default=float("inf")))


def cores(mounted: Path = CGROUPS, membership: Path = MEMBERSHIP) -> float:
    """Processor cores this process may use; a container's quota may be a fraction."""
    process = psutil.Process()
    visible = len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else psutil.cpu_count() or 1
    quotas = [float(visible)]
    for folder in _cgroup_folders("cpu", mounted, membership):
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            quotas += [] if quota == "max" else [int(quota) / int(period)]
        v1_quota, v1_period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
        if v1_quota is not None and v1_period is not None and v1_quota > 0:
            quotas.append(v1_quota / v1_period)
    return min(quotas)


def places() -> int:
    """How many runs are carried out at once: ``KDPS_WORKERS``.

    Raises:
        InvalidConfig: if that is not a whole number above 0.
    """
    value = os.environ.get("KDPS_WORKERS", "1")
    if not value.isdecimal() or int(value) < 1:
        raise InvalidConfig(f"KDPS_WORKERS is {value!r}.", "It must be a whole number above 0.")
    return int(value)


def keeps_warm() -> bool:
    """Whether a process waits with torch loaded: ``KDPS_WARM``, or else whether the memory for it is there.

    Raises:
        InvalidConfig: if that is not 0, 1 or auto.
    """
    value = os.environ.get("KDPS_WARM", "auto")
    if value not in ("0", "1", "auto"):
        raise InvalidConfig(f"KDPS_WARM is {value!r}.", "It must be 0, 1 or auto.")
    return available_memory_mb() >= ROOM_FOR_WARM_MB if value == "auto" else value == "1"


def threads() -> int:
    """How many threads a run's arithmetic uses: ``OMP_NUM_THREADS``, or else its share of the cores.

    Runs that go on at once share the cores: with a thread per core each, they would wait for one another. The two
    halves of a hyper-threaded core share what multiplies, so they count as one. It is decided here, not left to torch,
    because equal numbers need equal threads, and a forecast asks before torch is loaded.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if asked.isdecimal() and int(asked):
        return int(asked)
    multiplying = min(cores(), psutil.cpu_count(logical=False) or math.inf)
    return max(1, int(multiplying / places()))


@lru_cache  # read for every forecast; on a machine of many cores it is a long file
def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """The processor's name as its maker writes it."""
    if sys.platform == "darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def processor() -> str:
    """What kind of processor this is: equal where the numerical libraries choose equal kernels.

    Its name and architecture, its instruction sets where Linux lists them (a virtual machine may hide some), and what
    the environment forbids to use.
    """
    limits = [f"{name}={os.environ[name]}" for name in INSTRUCTION_LIMITS if name in os.environ]
    return " ".join([processor_name(), platform.machine(), *_instructions(), *limits])


@lru_cache
def _instructions(cpuinfo: Path = CPUINFO) -> list[str]:
    flags = set(cpuinfo.read_text(encoding="utf-8").split()) if cpuinfo.exists() else set()
    return sorted(filter(INSTRUCTIONS.fullmatch, flags))


@lru_cache(maxsize=1)
def matmul_flops() -> float:
    """Floating-point operations a second in float32 matrix products of this machine's cores.

    64 x 64 products stay on one thread in every BLAS, so that other work on the machine disturbs
    them little; the best of several rounds is multiplied by the cores. Takes about 20 ms, once.
    """
    # In a web process other threads want the interpreter's lock, and after every call numpy waits up to 5 ms for it.
    # So one call makes all products of a round, and it is this thread's own time that counts.
    fine = time.get_clock_info("thread_time").resolution < 1e-6  # on Windows it ticks 64 times a second
    clock = time.thread_time if fine else time.perf_counter
    products, best = 100, float("inf")
    a = np.full((64, 64), 0.5, dtype=np.float32)
    out = np.empty((products, 64, 64), dtype=np.float32)
    for _ in range(8):
        started = clock()
        np.matmul(np.broadcast_to(a, out.shape), a, out=out)
        best = min(best, clock() - started)
    return products * 2 * 64**3 / best * cores()


@lru_cache  # read for every forecast; on a machine of many cores it is a long file
def bfloat16_hardware(cpuinfo: Path = CPUINFO) -> Bfloat16:
    """What multiplies bfloat16 on this processor, as Linux says it: "amx", "avx512", or "" for nothing."""
    flags = set(cpuinfo.read_text(encoding="utf-8").split()) if cpuinfo.exists() else set()
    return "amx" if "amx_bf16" in flags else "avx512" if "avx512_bf16" in flags else ""


def _cgroup_folders(controller: str, mounted: Path, membership: Path) -> list[Path]:
    """The folders of the groups this process is in, up to the root: each may set a limit of its own."""
    if not membership.exists():
        return []
    folders = []
    for line in membership.read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        # v1 mounts each controller by itself; inside a container the path may be the host's and not be there
        root = mounted / controller if controllers else mounted
        own = root / path.strip("/")
        folders += [own, *(parent for parent in own.parents if parent == root or root in parent.parents)]
    return folders


def _number(file: Path) -> int | None:
    """The number a control file holds; None if there is no such file or it says "max"."""
    text = file.read_text(encoding="ascii").strip() if os.access(file, os.R_OK) else "max"
    return None if text == "max" else int(text)


def _field(file: Path, name: str) -> int:
    lines = file.read_text(encoding="ascii").splitlines() if os.access(file, os.R_OK) else []
    return next((int(line.split()[1]) for line in lines if line.split()[0] == name), 0)
