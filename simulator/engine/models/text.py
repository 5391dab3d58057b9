"""What text models share: batches of tokens, layers for a student, a shorter way in training, checks of files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from simulator.engine.host.downloads import Unusable

MAX_TOKENS = 64
"""Longer texts are cut; the reviews and docstrings are shorter than this."""


def pad(sequences: Sequence[list[int]], pad_id: int) -> dict[str, Tensor]:
    """Token ids of different lengths -> ``input_ids`` and ``attention_mask``, both [examples, longest], int64."""
    longest = max(len(s) for s in sequences)
    input_ids = torch.full((len(sequences), longest), pad_id)
    attention_mask = torch.zeros_like(input_ids)
    for row, s in enumerate(sequences):
        input_ids[row, : len(s)] = torch.tensor(s)
        attention_mask[row, : len(s)] = 1
    return {"input_ids": input_ids, "attention_mask": attention_mask}


def evenly_spaced(total: int, keep: int) -> list[int]:
    """Which of ``total`` layers a student of ``keep`` layers copies: spread from the first to the last.

    The first and the last are always among them (for one layer: the first), as in DistilBERT's
    own initialisation (Sanh et al. 2019) and PKD's skip strategy (Sun et al. 2019).
    """
    if keep == 1:
        return [0]
    return [round(i * (total - 1) / (keep - 1)) for i in range(keep)]


def copy_layers(source: nn.ModuleList, target: nn.ModuleList) -> None:
    """Copy evenly spaced layers of the teacher into the student's."""
    for mine, theirs in zip(target, evenly_spaced(len(source), len(target)), strict=True):
        mine.load_state_dict(source[theirs].state_dict())


def lines(texts: Iterable[str]) -> list[str]:
    """Texts with white space folded, as tokenizers see them."""
    return [" ".join(t.split()) for t in texts]


@contextmanager
def shortened(ways: Mapping[nn.Module, Callable[..., Any]]) -> Iterator[None]:
    """A context in which modules of a text model take a shorter way, without computations that nothing reads.

    It may change numbers only by rounding. Latency and MACs are always measured of the model as published.

    Args:
        ways: Module -> the function that replaces its ``forward``; the module is the first argument.
    """
    for module, forward in ways.items():
        module.forward = partial(forward, module)
    try:
        yield
    finally:
        for module in ways:
            del module.forward  # the class's own forward is found again


# -- published files


def check_network(files: Mapping[str, Path], config_class: Any, model_class: Any, prefix: str = "") -> int:
    """Check that configuration and weights open and belong to each other; returns the size of the vocabulary.

    Args:
        files: Holds config.json and model.safetensors.
        config_class, model_class: Of transformers; without a classifier, which is trained here.
        prefix: What the parameters' names begin with in the file.

    Raises:
        Unusable: if they do not.
    """
    config = _read_config(files["config.json"])
    if config.get("model_type") != config_class.model_type:
        raise Unusable(
            f"config.json describes a model of type {config.get('model_type')!r}, not {config_class.model_type!r}"
        )
    try:
        with torch.device("meta"):  # shapes, but no memory
            model = model_class(config_class.from_dict(config))
    except (StrictDataclassError, TypeError, ValueError) as error:
        raise Unusable(f"config.json is broken: {error}") from error
    found = _read_shapes(files["model.safetensors"])
    for names, shape in _expected_shapes(model, prefix):
        # Tensors that share memory are in a file once, under any of their names.
        shapes = {found[name] for name in names if name in found}
        if shapes != {shape}:
            raise Unusable(f"model.safetensors is broken: {names[0]} should be {shape}, is {shapes or 'missing'}")
    vocabulary: int = model.config.vocab_size
    return vocabulary


def check_tokenizer(file: Path, entries_of: Callable[[str], int], vocabulary: int) -> None:
    """Check that a tokenizer opens, and has no more entries than the model has embeddings.

    Args:
        entries_of: Opens the file, and returns its number of entries.
        vocabulary: The model's embeddings.

    Raises:
        Unusable: if it does not.
    """
    try:
        entries = entries_of(str(file))
    except Exception as error:  # tokenizers raises nothing more specific
        raise Unusable(f"{file.name} is broken: {error}") from error
    if entries > vocabulary:
        raise Unusable(f"{file.name} has {entries} entries, the model only {vocabulary}")


def _read_config(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Unusable(f"config.json is broken: {error}") from error
    if not isinstance(config, dict):
        raise Unusable("config.json is broken: not an object")
    return config


def _read_shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """The shapes in a safetensors file's header; opening it checks that the file is as long as the header says."""
    try:
        with safe_open(file, framework="np") as tensors:
            return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise Unusable(f"model.safetensors is broken: {error}") from error


def _expected_shapes(model: nn.Module, prefix: str) -> list[tuple[list[str], tuple[int, ...]]]:
    """Of every parameter: its names in a file (more than one if it is shared) and its shape."""
    parameters: dict[int, tuple[list[str], tuple[int, ...]]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        parameters.setdefault(id(parameter), ([], tuple(parameter.shape)))[0].append(prefix + name)
    return list(parameters.values())
