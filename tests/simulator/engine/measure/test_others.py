"""What other programs use of the processor."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from simulator.engine.measure.latency import summed_up
from simulator.engine.measure.others import OthersCpu


def test_what_other_processes_use_is_counted_and_what_this_one_uses_is_not():
    def own_work():
        started = time.process_time()
        while time.process_time() - started < 0.3:
            pass

    with OthersCpu() as before:
        own_work()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(psutil.cpu_count())]
    try:
        time.sleep(0.3)  # until they spin
        with OthersCpu() as beside:
            own_work()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert beside.share > 0.4  # they and this process share the cores
    assert before.share <= beside.share + 0.1  # what else the machine did is in both


@pytest.mark.skipif(sys.platform != "linux", reason="the system counts elsewhere")
def test_where_the_system_counts_nothing_it_is_not_known_what_others_used(tmp_path, monkeypatch):
    """A sandbox whose processors' ticks are all zero."""
    (tmp_path / "stat").write_text(f"cpu  {'0 ' * 10}\nbtime {int(psutil.boot_time())}\n")
    (tmp_path / str(os.getpid())).symlink_to(f"/proc/{os.getpid()}")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    with OthersCpu() as others:
        time.sleep(0.05)
    assert others.share is None
    assert summed_up([0.001] * 6, others.share).others_cpu is None
