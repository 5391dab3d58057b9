"""Whether published weights and data are available: cached, reachable or not. Imports no torch.

A server is asked once per process; one that could not be reached is asked again after some minutes.
"""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from simulator.catalog.models import MODELS
from simulator.data.own_data import dataset_info
from simulator.host.background import in_background
from simulator.host.connections import OFFLINE, explain, seconds_to_wait
from simulator.host.paths import cache_dir

WeightsState = Literal["cached", "reachable", "not reachable"]
DataState = Literal["here", "cached", "reachable", "not reachable"]

LIMIT = 5.0
"""Seconds in which a server must answer, what it asks us to wait included; else it counts as not reachable."""

ASK_AGAIN = 180.0
"""Seconds after which a server that was not reachable is asked again."""

SST2 = "stanfordnlp/sst2"
SST2_REVISION = "8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb"
SST2_FILES = ("data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet")
DATA_URLS = {
    "cifar10": "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    "fashion_mnist": "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz",
}
DATA_FILES = {
    "cifar10": ("cifar-10-batches-py", [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch", "batches.meta"]),
    "fashion_mnist": (
        "FashionMNIST/raw",
        [f"{part}-{content}-ubyte" for part in ("train", "t10k") for content in ("images-idx3", "labels-idx1")],
    ),
}


@dataclass(frozen=True)
class Finding:
    """What is known of weights or data; ``reason`` says in a few words why they cannot be reached."""

    state: DataState
    reason: str = ""


@dataclass(frozen=True)
class Question:
    """A question that only a server can answer: whether it has the weights or data called ``name``.

    ``ask`` raises the connection's error; it returns another reason if the server does not have them, else "".
    """

    name: str
    ask: Callable[[], str]


def weights_state(model: str) -> WeightsState:
    """Where a model's published weights are; waits up to 5 seconds for a server the first time.

    Args:
        model: A name in ``catalog.MODELS``.
    """
    return _of_weights(weights_finding(model).state)


def weights_state_soon(model: str) -> WeightsState | None:
    """The same without ever waiting: None while it is being found out in the background."""
    finding = _soon(f"weights {model}", lambda: _look_for_weights(model))
    return _of_weights(finding.state) if finding else None


def weights_finding(model: str) -> Finding:
    """The state of a model's published weights, with the reason where they cannot be reached."""
    return _wait_for(_look_for_weights(model))


def data_state(name: str) -> DataState:
    """Where a data set is; waits up to 5 seconds for a server the first time.

    Args:
        name: A shipped or an own data set.
    """
    return data_finding(name).state


def data_state_soon(name: str) -> DataState | None:
    """The same without ever waiting: None while it is being found out in the background."""
    finding = _soon(f"data {name}", lambda: _look_for_data(name))
    return finding.state if finding else None


def data_finding(name: str) -> Finding:
    """The state of a data set, with the reason where it cannot be reached."""
    return _wait_for(_look_for_data(name))


def _of_weights(state: DataState) -> WeightsState:
    if state == "here":
        raise ValueError("Weights are never part of the package.")
    return state


def _look_for_weights(model: str) -> Finding | Question:
    if cached_weights(model):
        return Finding("cached")
    info = MODELS[model]
    if info.checkpoint:
        return Question(info.checkpoint, lambda: _ask(info.checkpoint))
    if not info.files:
        return Finding("not reachable", "no weights are published")
    return Question(info.repository, lambda: _ask_hub(info.repository, info.revision, "model.safetensors", "model"))


def _look_for_data(name: str) -> Finding | Question:
    if not dataset_info(name).needs_internet:
        return Finding("here")
    if cached_data(name):
        return Finding("cached")
    if name == "sst2":
        return Question(SST2, lambda: _ask_hub(SST2, SST2_REVISION, SST2_FILES[0], "dataset"))
    url = DATA_URLS[name]
    return Question(url, lambda: _ask(url))


def cached_weights(model: str) -> dict[str, Path] | None:
    """The files of a model's published weights by name, if all of them are in the local cache."""
    info = MODELS[model]
    if info.checkpoint:
        file = checkpoint_file(model)
        return {file.name: file} if file.is_file() else None
    return cached_from_hub(info.repository, info.revision, info.files, "model") if info.files else None


def cached_data(name: str) -> dict[str, Path] | None:
    """The files of a data set that needs the internet, if all of them are in the local cache."""
    if name == "sst2":
        return cached_from_hub(SST2, SST2_REVISION, SST2_FILES, "dataset")
    folder, names = DATA_FILES[name]
    files = {file: cache_dir("datasets") / folder / file for file in names}
    return files if all(file.is_file() for file in files.values()) else None


def checkpoint_file(model: str) -> Path:
    """Where torch.hub keeps a torchvision checkpoint, whether or not it is there."""
    caches = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(caches, "torch"))
    return Path(home).expanduser() / "hub" / "checkpoints" / MODELS[model].checkpoint.rsplit("/", 1)[-1]


def cached_from_hub(repository: str, revision: str, files: tuple[str, ...], repo_type: str) -> dict[str, Path] | None:
    """The files of a hub repository by name, if all of them are in the local cache at this revision."""
    from huggingface_hub import try_to_load_from_cache

    found = {f: try_to_load_from_cache(repository, f, revision=revision, repo_type=repo_type) for f in files}
    paths = {name: Path(path) for name, path in found.items() if isinstance(path, str)}
    return paths if len(paths) == len(files) else None


@dataclass(frozen=True)
class Answer:
    """What a server answered to a question, once it has, and when it was asked."""

    reason: Future[str]
    asked: float

    def refused(self) -> str:
        """Why it was not reachable; empty if it was, or has not answered yet."""
        return self.reason.result() if self.reason.done() else ""


_decided: dict[str, Answer] = {}
_looked: dict[str, Future[Finding]] = {}
_lock = threading.Lock()


def _decide(question: Question) -> Future[str]:
    """Ask unless somebody has; ask again if that failed some minutes ago. Other callers wait for the same answer."""
    with _lock:
        last, now = _decided.get(question.name), time.monotonic()
        if last is None or (last.refused() and now - last.asked >= ASK_AGAIN):
            last = _decided[question.name] = Answer(in_background(lambda: _within_limit(question.ask)), now)
        return last.reason


def unreachable() -> dict[str, str]:
    """The names of weights and data that are known not to be reachable now, with the reason."""
    with _lock:
        return {name: answer.refused() for name, answer in _decided.items() if answer.refused()}


def ask_again() -> None:
    """Forget what was not reachable, so that its server is asked anew when somebody next wants to know."""
    with _lock:
        for name in [name for name, answer in _decided.items() if answer.refused()]:
            del _decided[name]


def _wait_for(known: Finding | Question) -> Finding:
    return known if isinstance(known, Finding) else _finding(_decide(known).result())


def _finding(reason: str) -> Finding:
    return Finding("not reachable", reason) if reason else Finding("reachable")


def _soon(key: str, look: Callable[[], Finding | Question]) -> Finding | None:
    """What is known by now. The first look runs in the background too, because it imports huggingface_hub."""
    with _lock:
        first = _looked.get(key)
        if first is None:
            first = _looked[key] = in_background(lambda: _wait_for(look()))
    if not first.done():
        return None
    first.result()  # raises what went wrong
    known = look()  # anew, since files may have come or gone; only the server's answer is remembered
    if isinstance(known, Finding):
        return known
    answer = _decide(known)
    return _finding(answer.result()) if answer.done() else None


def _within_limit(ask: Callable[[], str]) -> str:
    """An overall limit: the libraries' own time-outs leave out name look-up and start anew with every packet."""
    try:
        return in_background(lambda: _patiently(ask)).result(LIMIT)
    except TimeoutError:
        return "timed out"


def _patiently(ask: Callable[[], str]) -> str:
    """Ask, and ask again after what the server says in Retry-After, as long as that is within the limit."""
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # httpx's, or httpx2's: its own choice

    end = time.monotonic() + LIMIT
    while True:
        try:
            return ask()
        except (HTTPError, OSError, HTTPException) as error:
            wait = seconds_to_wait(error)
            if wait is None or time.monotonic() + wait >= end:
                return explain(error)
            time.sleep(wait)


def _ask_hub(repository: str, revision: str, file: str, repo_type: str) -> str:
    """Ask the hub for one file at the pinned revision. Empty if the server has it, else why not."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(repository, file, revision=revision, repo_type=repo_type)
    found = get_hf_file_metadata(url, timeout=LIMIT)
    return "" if found.commit_hash == revision else "something other than the hub answered (a login page?)"


def _ask(url: str) -> str:
    """Ask a plain server for the head of one file. Empty if the server has it, else why not."""
    from huggingface_hub.constants import is_offline_mode

    if is_offline_mode():  # one switch for the hub and for the others
        return OFFLINE
    with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=LIMIT):
        return ""
