"""Which device a run uses, and which arithmetic is fast on it."""

from __future__ import annotations

import platform
import weakref

import psutil
import pytest
import torch

from simulator.engine.host import device
from simulator.host.machine import processor_name


@pytest.mark.parametrize(("cuda", "mps", "picked"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_the_fastest_device_that_is_there_is_picked(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, picked: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device.pick_device() == torch.device(picked)


@pytest.mark.parametrize(
    ("found", "fast"),
    [({"amx_bf16": True}, True), ({"avx512_bf16": True}, True), ({"avx512_bf16": False}, False), ({}, False)],
)
def test_bfloat16_is_fast_where_the_processor_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, bool], fast: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    assert device.has_fast_bfloat16(torch.device("cpu")) is fast
    assert not device.has_fast_bfloat16(torch.device("mps"))


@pytest.mark.parametrize("bfloat16", [True, False])
def test_products_are_in_bfloat16_only_where_that_was_asked_for(bfloat16: bool) -> None:
    layer = torch.nn.Linear(4, 4)
    with device.autocast(torch.device("cpu"), bfloat16):
        assert layer(torch.ones(1, 4)).dtype == (torch.bfloat16 if bfloat16 else torch.float32)
    assert layer.weight.dtype == torch.float32


def test_a_processor_has_its_name() -> None:
    assert device.device_name(torch.device("cpu")) == processor_name()


def test_released_is_what_only_refers_to_itself() -> None:
    model = torch.nn.Linear(2, 2)
    model.owner = [model]
    gone = weakref.ref(model)
    del model
    device.release_memory()
    assert gone() is None


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to return memory")
@pytest.mark.parametrize(("free_mb", "is_returned"), [(device.LITTLE_MB - 1, True), (device.LITTLE_MB + 1, False)])
def test_what_a_batch_leaves_free_is_returned_where_little_is_free(
    monkeypatch: pytest.MonkeyPatch, free_mb: float, is_returned: bool
) -> None:
    monkeypatch.setattr(device, "available_memory_mb", lambda: free_mb)
    monkeypatch.setattr(device, "TRIM_SECONDS", 0.0)
    thrift, blocks = device.Thrift(), [b"x" * 100_000 for _ in range(2_000)]
    held = blocks[::2]
    del blocks
    before = psutil.Process().memory_info().rss
    thrift.between_batches()
    returned = before - psutil.Process().memory_info().rss
    assert (returned > 50_000_000) is is_returned
    assert len(held) == 1_000
