"""Keeps models that wait for their turn on the disk, so that the system can take their memory back."""

from __future__ import annotations

import logging
import sys

import torch
from torch import Tensor, nn

from simulator.errors import NotAvailable
from simulator.host.paths import scratch_folder

log = logging.getLogger(__name__)

ALIGNED = 16
"""4-byte values in the 64 bytes to which torch aligns its own tensors: otherwise products may round differently."""


def map_from_disk(model: nn.Module) -> None:
    """Replace a model's weights by a private view of a file with the same values: read when used, dropped to make room.

    Nothing is ever written back, and the file has lost its name before this returns, so it disappears with the model.
    The model stays as it is if this is not possible: on Windows, on a GPU, on a full disk, and for a CNN, whose weights
    are stored channels-last.
    """
    parameters = list(model.parameters())
    plain = all(p.is_contiguous() and p.device.type == "cpu" and p.dtype == torch.float32 for p in parameters)
    if sys.platform == "win32" or not plain:
        return
    try:
        weights, starts = _from_file(parameters)
    except (OSError, NotAvailable) as error:  # a full disk, or a network disk, which keeps the name of a file in use
        log.warning("The weights stay in memory: %s", error)
        return
    for parameter, start in zip(parameters, starts, strict=True):
        parameter.data = weights[start : start + parameter.numel()].view(parameter.shape)


def _from_file(parameters: list[nn.Parameter]) -> tuple[Tensor, list[int]]:
    """All values, in a file without a name, and where each parameter's values begin."""
    with scratch_folder() as folder:
        file, starts, end = folder / "weights", [], 0
        with file.open("wb") as stream:
            for parameter in parameters:
                starts.append(end)
                stream.seek(end * parameter.element_size())
                stream.write(parameter.detach().numpy())
                end += -(-parameter.numel() // ALIGNED) * ALIGNED
            stream.truncate(end * 4)
        return torch.from_file(str(file), shared=False, size=end), starts
