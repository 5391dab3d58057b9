"""The most memory that was held at a time."""

import mmap
import time

import psutil
import pytest
import torch

from simulator.engine.measure.memory import EVERY_SECONDS, PeakMemory

PRIVATE = {} if psutil.WINDOWS else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}


def test_peak_memory_sees_what_was_held_and_let_go():
    with PeakMemory() as memory:
        before = memory.mb
        # mapped, so that these pages are new to the process: malloc would hand out what earlier tests gave back to it
        held = mmap.mmap(-1, 200 * 2**20, **PRIVATE)
        torch.frombuffer(held, dtype=torch.uint8).fill_(1)
        time.sleep(10 * EVERY_SECONDS)  # until somebody has looked, on a busy machine too
        held.close()
    assert memory.mb > before + 150


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux tells mapped files from other memory")
def test_a_mapped_file_does_not_count_for_the_system_can_take_it_back(tmp_path):
    file = tmp_path / "weights"
    file.write_bytes(bytes(200 * 2**20))
    with PeakMemory() as memory:
        before = memory.mb
        torch.from_file(str(file), shared=False, size=50 * 2**20).sum()
        time.sleep(10 * EVERY_SECONDS)
    assert memory.mb < before + 50
