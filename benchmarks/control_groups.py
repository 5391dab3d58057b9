"""Linux control groups (v1 and v2) that limit a command's processor time and memory, as a small host does."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from simulator.host.machine import CGROUPS, MB, MEMBERSHIP

Controller = Literal["cpu", "memory"]

PERIOD_MICROSECONDS = 100_000
AHEAD = {"cpu.shares": 200_000, "cpu.weight": 10_000}
"""What v1 and v2 give a group that goes before everything else on the machine: nearly the largest they take."""

ENTER = 'for file in $KDPS_GROUPS; do echo $$ > "$file"; done; unset KDPS_GROUPS; exec "$@"'


class NoControlGroups(Exception):
    """This process may not make control groups here: it is not root, or its container mounts them read-only."""


@dataclass(frozen=True)
class Limits:
    """The folders of a group, by controller; in v2 all controllers have one folder."""

    folders: dict[Controller, Path]

    def command(self, command: Sequence[str]) -> list[str]:
        """A command that carries out ``command`` inside the group, from its first instruction."""
        files = " ".join(str(folder / "cgroup.procs") for folder in set(self.folders.values()))
        return ["env", f"KDPS_GROUPS={files}", "sh", "-c", ENTER, "sh", *command]

    def take(self, pid: int) -> None:
        """Move a process that runs already into the group, with all its threads."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    def peak_memory_mb(self) -> float:
        """The most that the group has held so far, its file cache included, MiB."""
        folder = self.folders["memory"]
        peak = folder / "memory.peak"  # since Linux 5.19
        return int((peak if peak.exists() else folder / "memory.max_usage_in_bytes").read_text()) / MB

    def anonymous_memory_mb(self) -> float:
        """What the group holds now without its file cache, which makes room where it must; MiB."""
        lines = (self.folders["memory"] / "memory.stat").read_text().splitlines()
        fields = dict(line.split() for line in lines)
        return int(fields.get("total_rss", fields.get("anon", 0))) / MB

    def out_of_memory_kills(self) -> int:
        """How many of the group's processes the system has killed because its memory was full."""
        folder = self.folders["memory"]
        events = folder / "memory.events"
        lines = (events if events.exists() else folder / "memory.oom_control").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


@contextmanager
def limited(cpu: float | None = None, memory_mb: float | None = None, ahead: bool = False) -> Iterator[Limits]:
    """A control group with these limits; processes that are still in it when the block ends are killed.

    Args:
        cpu: Cores, as a quota of each tenth of a second; a fraction of one is allowed.
        memory_mb: MiB of memory, without any swap.
        ahead: Whether its processes go before all others of the machine, which is then idle for them.

    Raises:
        NoControlGroups: where none can be made.
    """
    settings: dict[Controller, dict[str, int | str]] = {}
    if cpu is not None or ahead:
        settings["cpu"] = {}
    if cpu is not None:
        quota = round(cpu * PERIOD_MICROSECONDS)
        settings["cpu"] |= {"cpu.cfs_period_us": PERIOD_MICROSECONDS, "cpu.cfs_quota_us": quota}
        settings["cpu"] |= {"cpu.max": f"{quota} {PERIOD_MICROSECONDS}"}
    if ahead:
        settings["cpu"] |= AHEAD
    if memory_mb is not None:
        most = round(memory_mb * MB)
        settings["memory"] = {"memory.limit_in_bytes": most, "memory.memsw.limit_in_bytes": most}
        settings["memory"] |= {"memory.max": most, "memory.swap.max": 0}
    with ExitStack() as stack:
        folders = _made(list(settings), stack)
        for controller, values in settings.items():
            for name, value in values.items():
                if (folders[controller] / name).exists():  # each version has files of its own
                    _write(folders[controller] / name, value)
        yield Limits(folders)


def _made(controllers: list[Controller], stack: ExitStack) -> dict[Controller, Path]:
    """A new folder for each controller, or one for all of them; each goes when the stack ends."""
    if (CGROUPS / "cgroup.controllers").exists():
        _write(CGROUPS / "cgroup.subtree_control", " ".join(f"+{name}" for name in controllers))
        folder = stack.enter_context(_new_group(CGROUPS))
        return dict.fromkeys(controllers, folder)
    return {name: stack.enter_context(_new_group(_own_group(name))) for name in controllers}


def _own_group(controller: Controller) -> Path:
    """This process's group in v1: a group in it keeps within its limits."""
    lines = MEMBERSHIP.read_text(encoding="utf-8").splitlines() if MEMBERSHIP.exists() else []
    paths = [path for _, names, path in (line.split(":", 2) for line in lines) if controller in names.split(",")]
    root = CGROUPS / controller
    own = root / (paths[0] if paths else "").strip("/")
    return own if own.is_dir() else root  # inside a container the path may be the host's


@contextmanager
def _new_group(parent: Path) -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix="kdps-", dir=parent))
    except OSError as error:
        raise NoControlGroups(f"No control group can be made in {parent}: {error.strerror}.") from error
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Kill what is still in the group; the system needs a moment until the group counts as empty."""
    for _ in range(100):
        for pid in (folder / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with suppress(OSError):
            return folder.rmdir()
        time.sleep(0.05)
    print(f"The control group {folder} could not be removed.", file=sys.stderr)


def _write(file: Path, value: int | str) -> None:
    try:
        file.write_text(str(value))
    except OSError as error:
        raise NoControlGroups(f"{file} does not take {value}: {error.strerror}.") from error
