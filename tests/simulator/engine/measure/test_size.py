"""Parameters, zeros and bytes against independent counts."""

import gzip

import pytest
import torch
from safetensors.torch import load_file

from simulator.engine.measure.size import gzip_bytes, layer_reports, save_model, sparsity_of
from tests.small_models import small_t5


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
