"""Finds published weights in the local cache, on the Hugging Face hub or at torchvision, and says where they come from.

Nothing here imports torch until weights are loaded, so that looking for them is quick.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from simulator.catalog.model_info import ModelInfo
from simulator.catalog.models import MODELS
from simulator.data.availability import cached_weights, checkpoint_file, weights_finding
from simulator.engine.host.downloads import Unusable
from simulator.engine.host.hub import check_content, checksum, discard, download, sweep
from simulator.engine.host.transports import fetching_by_urllib
from simulator.engine.models import MODULES
from simulator.engine.models.base import ADVICE, Weights
from simulator.errors import NotAvailable
from simulator.host.connections import explain

Choice = Literal["auto", "pretrained", "scratch"]

PUBLISHED_HASH = re.compile(r"-([0-9a-f]{8,})\.")


def find(model: str, choice: Choice) -> Weights:
    """Published weights for a model: from the local cache, else from the internet, else none.

    Args:
        model: A name in ``catalog.MODELS``.
        choice: "pretrained" insists on published weights, "scratch" uses none, "auto" uses them if they are available.

    Raises:
        NotAvailable: if ``choice`` is "pretrained" and none are available.
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


def _from_scratch(info: ModelInfo, notice: str) -> Weights:
    return Weights("scratch", info.repository, None, None, None, None, notice)


def _from_internet(model: str) -> dict[str, Path]:
    """Fetch the files; the limit of 5 seconds is for the server's first answer, not for the download."""
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
    except RuntimeError as error:  # the wrong hash: cut off, or not the published file
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

    torch.hub trusts a file in its cache; here it is checked against its name, as a download is.
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
            MODULES[info.name].check_files(files)
    except Unusable as problem:
        discard(files.values())
        raise Unusable(f"{problem} (it was removed from the cache)") from problem
    return Weights("pretrained", info.repository, info.revision, file.parent, file, digest, "")
