"""Which device a run uses, and which arithmetic is fast on it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import platform
import sys
import time
from functools import cache

import torch

from simulator.host.machine import available_memory_mb, processor_name

LITTLE_MB = 3_000
TRIM_SECONDS = 0.5


def pick_device() -> torch.device:
    """CUDA if it is there, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """The name of the processor, or of the graphics card, as its maker writes it; Apple's GPU has its chip's."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return processor_name() if device.type == "cpu" else f"{processor_name()} ({device.type})"


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 are done by hardware; elsewhere they are slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
    return False


def autocast(device: torch.device, bfloat16: bool) -> contextlib.AbstractContextManager[object]:
    """Matrix products in bfloat16 inside this context if asked for; weights and losses stay float32."""
    if not bfloat16:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


@cache
def spare_imports() -> None:
    """Leave all present objects out of every later garbage collection; once per process, before its first run.

    torch, torchvision and transformers bring so many objects that a collection took 0.3 s of processor time after every
    training: a fifth of an experiment whose trainings take a second or two. Without them it takes next to nothing.
    """
    gc.freeze()


def release_memory() -> None:
    """Return the memory that a finished training leaves behind to the system.

    An optimiser and its schedule refer to each other, so only a collection frees them, and glibc keeps
    freed memory: a DistilBERT run peaked at 3.8 GB without this, of which 1.9 GB was no longer in use.
    """
    gc.collect()
    trim_memory()


def trim_memory() -> None:
    """Return free pages, which glibc would keep, to the system."""
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


class Thrift:
    """Returns memory between the batches of a training where little is free; the numbers stay the same.

    Batches of texts differ in length, and glibc keeps what each leaves free: 600 MiB with DistilBERT's
    teacher. Where there is room, nothing is returned: it takes time until a page can be used again.
    """

    def __init__(self) -> None:
        self._is_needed = available_memory_mb() < LITTLE_MB
        self._trimmed = time.monotonic()

    def between_batches(self) -> None:
        """Return what is free, at most twice a second."""
        if self._is_needed and time.monotonic() - self._trimmed >= TRIM_SECONDS:
            trim_memory()
            self._trimmed = time.monotonic()
