"""Measurements against independent counts."""

import gzip
import mmap
import os
import subprocess
import sys
import time
from itertools import pairwise
from types import SimpleNamespace

import psutil
import pytest
import torch
from safetensors.torch import load_file
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from torch import nn

from simulator.engine.datasets.batches import Examples
from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.latency import measure_in_turns, summed_up
from simulator.engine.measure.memory import EVERY_SECONDS, PeakMemory
from simulator.engine.measure.others import OthersCpu
from simulator.engine.measure.quality import measure_quality
from simulator.engine.measure.size import gzip_bytes, layer_reports, save_model, sparsity_of
from simulator.engine.measure.variant import first_rows
from simulator.engine.models import MODULES
from tests.small_models import small_distilbert, small_t5, token_batch


def test_quality_is_scikit_learns():
    generator = torch.Generator().manual_seed(0)
    logits, labels = torch.randn(200, 4, generator=generator), torch.randint(0, 4, (200,), generator=generator)
    predicted = logits.argmax(1)
    q = measure_quality(logits, labels)
    assert q.accuracy == accuracy_score(labels, predicted)
    assert q.precision == precision_score(labels, predicted, average="macro")
    assert q.recall == recall_score(labels, predicted, average="macro")
    assert q.f1 == f1_score(labels, predicted, average="macro")
    assert q.confusion[1][2] == int(((labels == 1) & (predicted == 2)).sum())
    assert sum(map(sum, q.confusion)) == q.test_examples == 200
    assert q.accuracy_interval[0] < q.accuracy < q.accuracy_interval[1]


def test_a_class_that_is_never_predicted_has_precision_zero():
    q = measure_quality(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]))
    assert (q.accuracy, q.precision, q.recall) == (0.5, 0.25, 0.5)
    assert q.confusion == ((1, 0), (1, 0))


def test_macs_of_layers_worked_out_by_hand():
    def call(model, batch):
        return model(batch["x"])

    assert count_macs(nn.Linear(7, 5), call, {"x": torch.zeros(1, 7)}) == 35
    conv = nn.Conv2d(3, 8, 3, padding=1)
    assert count_macs(conv, call, {"x": torch.zeros(1, 3, 10, 10)}) == 8 * 3 * 9 * 100
    depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
    assert count_macs(depthwise, call, {"x": torch.zeros(1, 8, 10, 10)}) == 8 * 9 * 100


def test_macs_of_a_transformer_worked_out_by_hand():
    tokens, dim, hidden = 7, 24, 40
    layer = tokens * (4 * dim * dim + 2 * dim * hidden) + 2 * tokens * tokens * dim
    batch = {k: v[1:2] for k, v in token_batch(tokens=tokens).items()}
    assert count_macs(small_distilbert(), MODULES["distilbert"].logits, batch) == 2 * layer + dim * dim + 3 * dim


def test_zeros_are_counted_and_tied_weights_once(tmp_path):
    model = small_t5()
    with torch.no_grad():
        model.shared.weight[:10] = 0
    layers = layer_reports(model)
    assert sum(x.parameters for x in layers) == sum(p.numel() for p in model.parameters())
    zeros = sum(x.parameters - x.nonzero_parameters for x in layers)
    assert zeros == 10 * 24
    assert sparsity_of(layers) == pytest.approx(zeros / sum(x.parameters for x in layers))

    save_model(model, tmp_path / "m.safetensors")
    tensors = load_file(tmp_path / "m.safetensors")
    assert sum(t.numel() for t in tensors.values()) == sum(p.numel() for p in model.parameters())


def test_gzip_bytes_are_those_of_a_file_that_gzip_can_read(tmp_path):
    file = tmp_path / "numbers"
    file.write_bytes(torch.randn(5_000_000).numpy().tobytes() + bytes(1_000_000))  # three chunks
    assert gzip_bytes(file) == pytest.approx(len(gzip.compress(file.read_bytes(), 6)), rel=1e-3)


def test_latency_orders_a_small_and_a_large_layer():
    def call(model, batch):
        return model(batch["x"])

    models = {"small": nn.Linear(2048, 8), "large": nn.Linear(2048, 2048)}
    small, large = measure_in_turns(models, call, {"x": torch.randn(64, 2048)}, 1, seconds=0.6).values()
    assert small.median < large.median
    for latency in (small, large):
        assert 0 < latency.p25 <= latency.median <= latency.p75 <= latency.p95
        assert latency.runs >= 6
        assert latency.threads == 1
        assert 0 <= latency.others_cpu <= 1


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
    assert summed_up([0.001] * 6, 1, others.share).others_cpu is None


def test_peak_memory_sees_what_was_held_and_let_go():
    with PeakMemory() as memory:
        before = psutil.Process().memory_info().rss / 2**20
        # mapped, so that these pages are new to the process: malloc would hand out what earlier tests gave back to it
        held = mmap.mmap(-1, 200 * 2**20)
        torch.frombuffer(held, dtype=torch.uint8).fill_(1)
        time.sleep(10 * EVERY_SECONDS)  # until somebody has looked, on a busy machine too
        held.close()
    assert memory.mb > before + 150


def test_models_timed_in_turns_take_turns_and_the_slow_one_is_the_slow_one():
    called = []

    def call(model, batch):
        called.append(model)
        return model(batch["x"])

    quick, slow = nn.Linear(8, 8), nn.Sequential(*(nn.Linear(512, 512) for _ in range(60)))
    slow.insert(0, nn.Linear(8, 512))
    timed = measure_in_turns({"quick": quick, "slow": slow}, call, {"x": torch.zeros(4, 8)}, 1, 0.02)
    assert timed["quick"].runs == timed["slow"].runs >= 6
    assert timed["quick"].p75 < timed["slow"].p25
    changes = sum(a is not b for a, b in pairwise(called))
    assert changes == 2 * timed["quick"].runs - 1


def test_a_batch_of_32_is_timed_however_few_test_examples_there_are():
    """Own data may leave 30 of them: 120 texts or pictures in two classes."""
    few = Examples({"pixels": torch.arange(30.0)[:, None]}, torch.zeros(30))
    batch = first_rows(SimpleNamespace(test=few, device="cpu"), 32)
    assert batch["pixels"].flatten().tolist() == [*range(30), 0, 1]


def test_t5s_macs_are_those_of_the_call_that_its_export_shows():
    """The short way of training leaves out the vocabulary's other rows: 32,128 x 512 of the published model."""
    model, batch, module = small_t5(), token_batch(examples=1), MODULES["t5_small"]
    with torch.no_grad():
        assert torch.allclose(module.exported_call(model, batch), module.logits(model, batch), atol=1e-5)
    rows_left_out = model.config.vocab_size - batch["label_ids"].shape[1]
    short, whole = (count_macs(model, call, batch) for call in (module.logits, module.exported_call))
    assert whole - short == rows_left_out * model.config.d_model
