"""Parameters, zeros and bytes against independent counts."""

import errno
import gzip
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save

from simulator.engine.measure.size import gzip_bytes, layer_reports, save_model, sparsity_of, write_tensors
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


def test_a_file_is_byte_for_byte_what_safetensors_makes_in_memory(tmp_path):
    tensors = {"weight": torch.randn(3, 5), "empty": torch.empty(0), "steps": torch.arange(4)}
    write_tensors(tensors, tmp_path / "file", {"made": "here"})
    assert (tmp_path / "file").read_bytes() == save(tensors, {"made": "here"})


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are POSIX's")
def test_what_the_system_refuses_is_said_as_an_error_of_the_system(tmp_path):
    """A file that is too large is refused as on a full disk; what was there before stays, and nothing beside it."""
    script = """
import resource, signal, sys, torch
from pathlib import Path
from simulator.engine.measure.size import write_tensors
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_tensors({"weight": torch.zeros(1000)}, Path(sys.argv[1]))
except OSError as error:
    print(error.errno, error.filename)
"""
    file = tmp_path / "file"
    file.write_bytes(b"before")
    command = [sys.executable, "-c", script, str(file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert printed == [str(errno.EFBIG), str(file)]
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"before")]
