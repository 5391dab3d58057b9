"""The most memory that was held at a time."""

import mmap
import time

import psutil
import torch

from simulator.engine.measure.memory import EVERY_SECONDS, PeakMemory


def test_peak_memory_sees_what_was_held_and_let_go():
    with PeakMemory() as memory:
        before = psutil.Process().memory_info().rss / 2**20
        # mapped, so that these pages are new to the process: malloc would hand out what earlier tests gave back to it
        held = mmap.mmap(-1, 200 * 2**20)
        torch.frombuffer(held, dtype=torch.uint8).fill_(1)
        time.sleep(10 * EVERY_SECONDS)  # until somebody has looked, on a busy machine too
        held.close()
    assert memory.mb > before + 150
