"""Published weights from the local cache, the Hugging Face hub or torchvision, or none; and where they come from.

Nothing here imports torch until weights are loaded, so that looking for them is quick.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, Literal

from simulator.catalog.model_info import ModelInfo
from simulator.catalog.models import MODELS
from simulator.data.availability import cached_weights, checkpoint_file, weights_finding
from simulator.engine.host.downloads import Unusable
from simulator.engine.host.hub import check_content, checksum, discard, download, sweep
from simulator.engine.host.transports import fetching_by_urllib
from simulator.errors import NotAvailable
from simulator.host.connections import explain

if TYPE_CHECKING:
    from torch import nn

Choice = Literal["auto", "pretrained", "scratch"]

MODEL_TYPES = {"distilbert": "distilbert", "t5_small": "t5"}
PUBLISHED_HASH = re.compile(r"-([0-9a-f]{8,})\.")
ADVICE = (
    "Connect to the internet and try again, run `python -m simulator prepare` ahead of time where there is a "
    'connection, or choose weights="scratch".'
)


@dataclass(frozen=True)
class Weights:
    """What a teacher starts from.

    Attributes:
        source: "pretrained" or "scratch".
        repository: Where the weights are published.
        revision: The pinned commit, or torchvision's name of the weights; None from scratch.
        folder: Holds the weights and, for a text model, config.json and its tokenizer; None from scratch.
        file: The weights file in that folder; None from scratch.
        sha256: Of that file; None from scratch.
        notice: Why published weights are not used, for the screen; empty if they are.
    """

    source: Literal["pretrained", "scratch"]
    repository: str
    revision: str | None
    folder: Path | None
    file: Path | None
    sha256: str | None
    notice: str


def find(model: str, choice: Choice) -> Weights:
    """Published weights for a model: from the local cache, else from the internet, else none.

    Args:
        model: A name in ``catalog.MODELS``.
        choice: "pretrained" insists on published weights, "scratch" does without, "auto" takes what it can get.

    Raises:
        NotAvailable: if ``choice`` is "pretrained" and there are none to be had.
    """
    info = MODELS[model]
    if choice == "scratch":
        return _from_scratch(info, "Random weights were chosen: the teacher knows only what it learned here.")
    problems = []
    for get in (cached_weights, _from_internet):
        try:
            files = get(model)
            if files:
                return _checked(info, files)
        except Unusable as problem:
            problems.append(str(problem))
    why = f"The published weights of {info.title} ({info.repository}) could not be used: {'; '.join(problems)}."
    if choice == "pretrained":
        raise NotAvailable(why, ADVICE)
    return _from_scratch(info, f"{why} The teacher was trained from random weights.")


def load_torchvision(model: nn.Module, weights: Weights) -> None:
    """Load a torchvision checkpoint into the 1000-class model it was published for.

    Raises:
        NotAvailable: if the file does not fit the model.
    """
    import torch

    try:
        # weights_only: a .pth file is a pickle, and nothing but tensors may come out of it.
        model.load_state_dict(torch.load(weights.file, map_location="cpu", weights_only=True), strict=True)
    except (RuntimeError, UnpicklingError) as error:
        raise NotAvailable(f"{weights.file} does not fit {weights.repository}: {error}", ADVICE) from error


def _from_scratch(info: ModelInfo, notice: str) -> Weights:
    return Weights("scratch", info.repository, None, None, None, None, notice)


def _from_internet(model: str) -> dict[str, Path]:
    """Fetch the files; the 5 seconds that decide are for the server's first answer, not for the download."""
    finding = weights_finding(model)
    if finding.state == "not reachable":
        raise Unusable(finding.reason)
    info = MODELS[model]
    if info.checkpoint:
        return _from_torchvision(info)
    return download(info.repository, info.revision, info.files)


def _from_torchvision(info: ModelInfo) -> dict[str, Path]:
    """Fetch a checkpoint to where torchvision itself keeps it. It is moved there only if its hash is right."""
    from torch.hub import download_url_to_file

    file = checkpoint_file(info.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    sweep(file.parent, f"{file.name}.*.partial")
    try:
        with fetching_by_urllib():
            download_url_to_file(info.checkpoint, str(file), _published_hash(file), progress=False)
    except RuntimeError as error:  # the wrong hash: cut off or not the file that was published
        raise Unusable(f"{file.name} is broken: {error}") from error
    except OSError as error:
        raise Unusable(f"{file.name}: {explain(error)}") from error
    return {file.name: file}


def _published_hash(file: Path) -> str:
    """torchvision's files carry the beginning of their sha256 in their name."""
    found = PUBLISHED_HASH.search(file.name)
    if found is None:
        raise ValueError(f"{file.name} does not carry a checksum in its name.")
    return found.group(1)


def _checked(info: ModelInfo, files: dict[str, Path]) -> Weights:
    """Published weights, once they are known to be whole and to fit. Broken files do not stay in the cache.

    torch.hub trusts a file that lies in its cache; here it is compared with its name as a download is.
    """
    try:
        if info.checkpoint:
            (file,) = files.values()
            digest = checksum(file)
            if not digest.startswith(_published_hash(file)):
                raise Unusable(f"{file.name} is broken: its sha256 begins with {digest[:8]}")
        else:
            file = files["model.safetensors"]
            digest = check_content(file)
            _check_transformer(MODEL_TYPES[info.name], files)
    except Unusable as problem:
        discard(files.values())
        raise Unusable(f"{problem} (it was removed from the cache)") from problem
    return Weights("pretrained", info.repository, info.revision, file.parent, file, digest, "")


def _check_transformer(model_type: str, files: dict[str, Path]) -> None:
    """Whether configuration, weights and tokenizer open, and belong to this architecture and to each other."""
    config = _read_config(files["config.json"])
    if config.get("model_type") != model_type:
        raise Unusable(f"config.json describes a model of type {config.get('model_type')!r}, not {model_type!r}")
    model = _empty_model(model_type, config)
    prefix = "distilbert." if model_type == "distilbert" else ""
    found = _read_shapes(files["model.safetensors"])
    for names, shape in _expected_shapes(model, prefix):
        # Tensors that share memory stand in a file once, under any of their names.
        shapes = {found[name] for name in names if name in found}
        if shapes != {shape}:
            raise Unusable(f"model.safetensors is broken: {names[0]} should be {shape}, is {shapes or 'missing'}")
    _check_tokenizer(model_type, files, model.config.vocab_size)


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
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np") as tensors:
            return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise Unusable(f"model.safetensors is broken: {error}") from error


def _empty_model(model_type: str, config: dict[str, Any]) -> nn.Module:
    """The real class as configured, with shapes but no memory; without a classifier, which is trained here."""
    import torch
    from huggingface_hub.errors import StrictDataclassError
    from transformers import DistilBertConfig, DistilBertModel, T5Config, T5ForConditionalGeneration

    try:
        with torch.device("meta"):
            if model_type == "distilbert":
                return DistilBertModel(DistilBertConfig.from_dict(config))
            return T5ForConditionalGeneration(T5Config.from_dict(config))
    except (StrictDataclassError, TypeError, ValueError) as error:
        raise Unusable(f"config.json is broken: {error}") from error


def _expected_shapes(model: nn.Module, prefix: str) -> list[tuple[list[str], tuple[int, ...]]]:
    """Of every parameter: its names in a file (more than one if it is shared) and its shape."""
    parameters: dict[int, tuple[list[str], tuple[int, ...]]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        parameters.setdefault(id(parameter), ([], tuple(parameter.shape)))[0].append(prefix + name)
    return list(parameters.values())


def _check_tokenizer(model_type: str, files: dict[str, Path], vocabulary: int) -> None:
    """Whether the tokenizer opens and knows no more entries than the model has embeddings."""
    import sentencepiece
    import tokenizers

    name = "tokenizer.json" if model_type == "distilbert" else "spiece.model"
    try:
        if model_type == "distilbert":
            entries = tokenizers.Tokenizer.from_file(str(files[name])).get_vocab_size()
        else:
            entries = sentencepiece.SentencePieceProcessor(model_file=str(files[name])).get_piece_size()
    except Exception as error:  # tokenizers raises nothing narrower
        raise Unusable(f"{name} is broken: {error}") from error
    if entries > vocabulary:
        raise Unusable(f"{name} has {entries} entries, the model only {vocabulary}")
