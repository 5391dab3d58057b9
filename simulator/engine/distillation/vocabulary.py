"""Train only the rows of a token embedding that the data uses.

A data set may use 3,000 tokens of a vocabulary of 30,000. The other rows get no
gradient and, as embeddings are not decayed, would stay as they are. Leaving them out of the
training step changes no number and saves their gradients, their two Adam moments and the time
to write them at every step (a third of DistilBERT's parameters). The rows themselves wait on the disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Examples
from simulator.engine.host.mapped import map_from_disk

TOKEN_INPUTS = ("input_ids", "label_ids")
PADDING = 0


@contextmanager
def used_rows_only(
    model: nn.Module, *splits: Examples, keep_whole: Collection[str] = ()
) -> Iterator[tuple[Examples, ...]]:
    """A context in which ``model`` embeds only the tokens in ``splits``; yields the splits with new token numbers.

    Afterwards the embedding is whole again, with the trained rows in their places. Image models
    and their examples pass unchanged.

    Args:
        model: Trained inside the block; everything it reads must come from ``splits``.
        splits: Examples whose ``input_ids`` (and ``label_ids``) are token numbers.
        keep_whole: Names of parameters that must keep their shape; if the embedding is among
            them, all passes unchanged.
    """
    has_tokens = "input_ids" in splits[0].inputs
    whole = model.get_input_embeddings().weight if has_tokens else None
    if whole is None or any(model.get_parameter(name) is whole for name in keep_whole):
        yield splits
        return
    sharing = [m for m in model.modules() if isinstance(m, nn.Embedding | nn.Linear) and m.weight is whole]
    used = used_tokens(splits, whole.device)
    number_of = torch.full((len(whole),), -1, device=whole.device)
    number_of[used] = torch.arange(len(used), device=whole.device)
    rows = nn.Parameter(whole.detach()[used])
    try:
        for module in sharing:
            module.weight = rows
        map_from_disk(nn.ParameterList([whole]))
        yield tuple(renumber(split, number_of) for split in splits)
    finally:
        with torch.no_grad():
            whole[used] = rows
        for module in sharing:
            module.weight = whole


def used_tokens(splits: tuple[Examples, ...], device: torch.device) -> Tensor:
    """The token numbers that occur, and the padding's, in ascending order: padding stays number 0."""
    occurring = [split.inputs[name].unique() for split in splits for name in TOKEN_INPUTS if name in split.inputs]
    return torch.cat([torch.tensor([PADDING], device=device), *occurring]).unique()


def renumber(split: Examples, number_of: Tensor) -> Examples:
    """The same examples with token numbers replaced."""
    renumbered = {name: number_of[ids] for name, ids in split.inputs.items() if name in TOKEN_INPUTS}
    return Examples({**split.inputs, **renumbered}, split.labels)
