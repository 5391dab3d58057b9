"""Parameters, zeros and bytes."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor, nn

from simulator.events import LayerReport

GZIP_LEVEL = 6
GZIP_CHUNK = 8 * 2**20
GZIP_PIECE = 2**16


def parameters_of(model: nn.Module) -> dict[str, nn.Parameter]:
    """Every parameter once (tied ones under their first name), by name."""
    return dict(model.named_parameters())


def layer_reports(model: nn.Module) -> tuple[LayerReport, ...]:
    """Name, kind, shape, size and non-zero count of each parameter tensor."""
    kinds = {name: kind_of(module) for name, module in model.named_modules()}
    return tuple(
        LayerReport(
            name=name,
            kind=kinds[name.rpartition(".")[0]],
            shape=tuple(p.shape),
            parameters=p.numel(),
            nonzero_parameters=int(p.count_nonzero()),
        )
        for name, p in parameters_of(model).items()
    )


def kind_of(layer: nn.Module) -> str:
    """A layer's kind by the name of its class; every convolution is PyTorch's, however it is computed."""
    return "Conv2d" if isinstance(layer, nn.Conv2d) else type(layer).__name__


def sparsity_of(layers: Collection[LayerReport]) -> float:
    """The measured fraction of zeros."""
    return 1 - sum(layer.nonzero_parameters for layer in layers) / sum(layer.parameters for layer in layers)


def tensors_of(model: nn.Module) -> dict[str, Tensor]:
    """The tensors of a model's file, by name: parameters and norm statistics, in memory; tied tensors once."""
    tensors: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            tensors[name] = tensor.detach().cpu().contiguous()
    return tensors


def save_model(model: nn.Module, file: Path) -> None:
    """Write the model's tensors as dense safetensors."""
    write_tensors(tensors_of(model), file)


def write_tensors(tensors: Mapping[str, Tensor], file: Path, metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file, whole or not at all, straight from the tensors: no copy of them is made in memory.

    Raises:
        OSError: if the system refuses, for example because the disk is full.
    """
    try:
        save_file(dict(tensors), file, metadata)
    except SafetensorError as error:  # its message alone tells what the system answered
        number = re.search(r"os error (\d+)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(file)) from error


def gzip_bytes(file: Path) -> int:
    """Bytes of ``file`` gzipped.

    Compressed in chunks of 8 MiB, each a gzip member (RFC 1952 lets a file have several), so that
    all cores share the work; the result differs from one member by less than a thousandth. A chunk is read piece by
    piece: held whole by every thread, and compressed beside it, chunks took 100 MB.
    """

    def compressed(offset: int) -> int:
        compressor = zlib.compressobj(GZIP_LEVEL, wbits=31)
        with file.open("rb") as stream:
            stream.seek(offset)
            pieces = (stream.read(GZIP_PIECE) for _ in range(GZIP_CHUNK // GZIP_PIECE))
            return sum(len(compressor.compress(piece)) for piece in pieces) + len(compressor.flush())

    with ThreadPoolExecutor() as pool:
        return sum(pool.map(compressed, range(0, file.stat().st_size, GZIP_CHUNK)))
