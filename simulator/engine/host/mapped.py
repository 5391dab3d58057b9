"""Models that wait for their turn lie on the disk, where the system can take their memory back."""

from __future__ import annotations

import logging
import sys

import torch
from torch import Tensor, nn

from simulator.errors import NotAvailable
from simulator.host.paths import scratch_folder

log = logging.getLogger(__name__)

ALIGNED = 16
"""Numbers of 4 bytes in the 64 bytes at which torch's own tensors begin: on others, products may round differently."""


def map_from_disk(model: nn.Module) -> None:
    """Let a model's weights, unchanged, be a private view of a file: read when they are used, and given up for room.

    Nothing is ever written back, and the file has lost its name before this returns, so it goes with the model. All
    stays as it is where that cannot be done: on Windows, on a GPU, on a full disk, and for a CNN, whose weights lie
    channels-last.
    """
    parameters = list(model.parameters())
    plain = all(p.is_contiguous() and p.device.type == "cpu" and p.dtype == torch.float32 for p in parameters)
    if sys.platform == "win32" or not plain:
        return
    try:
        weights, starts = _from_file(parameters)
    except (OSError, NotAvailable) as error:  # a full disk; or one in a network, which keeps the name of a file in use
        log.warning("The weights stay in memory: %s", error)
        return
    for parameter, start in zip(parameters, starts, strict=True):
        parameter.data = weights[start : start + parameter.numel()].view(parameter.shape)


def _from_file(parameters: list[nn.Parameter]) -> tuple[Tensor, list[int]]:
    """All numbers, in a file without a name, and where those of each parameter begin."""
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
