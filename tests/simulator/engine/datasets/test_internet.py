"""The three data sets that need the internet: small real files in the published formats, and none."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from torchvision.datasets import CIFAR10, FashionMNIST

from simulator.data import availability
from simulator.engine.datasets import cifar10, fashion_mnist
from simulator.engine.host.downloads import Patience, followed
from simulator.errors import NotAvailable
from tests.hub_server import HubServer, python

LOAD_SST2 = """
import json, sys
from simulator.engine.datasets import sst2
from simulator.errors import NotAvailable
try:
    data = sst2.load()
    said = {s: [getattr(data, s).inputs, getattr(data, s).labels.tolist()] for s in ("train", "validation", "test")}
    said["fingerprint"] = data.fingerprint
except NotAvailable as error:
    said = {"error": error.message, "advice": error.advice}
print(json.dumps({**said, "torch": "torch" in sys.modules}))
"""


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as it:
        yield it


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the loaders keep data; on a machine where the hub's offline switch is not set."""
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return tmp_path / "cache/datasets"


def publish_sst2(server: HubServer) -> None:
    """The published columns; among 100 training phrases one is there twice and one is a test sentence too."""
    train = [f"phrase {n} " for n in range(98)] + ["phrase 0 ", "sentence 1 "]
    test = [f"sentence {n} " for n in range(20)]
    files = {}
    for file, sentences in zip(availability.SST2_FILES, (train, test), strict=True):
        rows = range(len(sentences))
        table = pd.DataFrame({"idx": rows, "sentence": sentences, "label": [n % 2 for n in rows]})
        files[file] = table.to_parquet(index=False)
    server.publish(availability.SST2, availability.SST2_REVISION, files, "dataset")


def test_sst2_is_fetched_split_and_found_again_with_the_server_gone(server: HubServer, tmp_path: Path) -> None:
    publish_sst2(server)
    data = python(LOAD_SST2, server=server, home=tmp_path)
    assert not data["torch"]
    train, validation, test = (data[part] for part in ("train", "validation", "test"))
    assert sorted(test[0]) == sorted(f"sentence {n}" for n in range(20))
    assert sorted(train[0] + validation[0]) == sorted(f"phrase {n}" for n in range(98))
    for phrases, labels in (train, validation, test):
        assert labels == [int(p.split()[1]) % 2 for p in phrases]
    assert len(validation[0]) == 10
    assert sum(validation[1]) == 5
    assert availability.SST2_REVISION[:12] in data["fingerprint"]

    server.stop()
    assert python(LOAD_SST2, server=server, home=tmp_path) == data


def test_sst2_without_a_connection(server: HubServer, tmp_path: Path) -> None:
    server.stop()
    said = python(LOAD_SST2, server=server, home=tmp_path)
    assert said["error"].startswith("SST-2: film reviews needs the internet")
    assert "no connection" in said["error"]
    assert "docstrings, reviews_topic, reviews_sentiment" in said["advice"]


@pytest.mark.parametrize("sent", ["half of it", "another file"])
def test_sst2_that_is_broken_is_said_and_does_not_stay(server: HubServer, tmp_path: Path, sent: str) -> None:
    publish_sst2(server)
    name = availability.SST2_FILES[0]
    if sent == "half of it":
        path = next(p for p in server.files if p.endswith(name))
        server.replaced[name.rsplit("/", 1)[-1]] = server.files[path][:-200]
    else:
        table = pd.DataFrame({"text": ["other"]}).to_parquet()
        server.publish(availability.SST2, availability.SST2_REVISION, {name: table}, "dataset")
    said = python(LOAD_SST2, server=server, home=tmp_path)
    assert "train-00000-of-00001.parquet is broken" in said["error"]
    assert list(tmp_path.rglob("train-*.parquet")) == []


class OldType:
    """numpy's uint8 as Python 2 pickled it: CIFAR-10's files are that old."""

    def __reduce__(self) -> tuple[Any, ...]:
        return np.dtype, ("u1", 0, 1)


def cifar_file(labels: list[int], seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (len(labels), 3072), dtype=np.uint8)
    return pickle.dumps({"data": pixels, "labels": labels, "batch_label": "batch", "type": OldType()}, protocol=2)


@pytest.fixture
def cifar_files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A CIFAR-10 of 20 pictures a file, whose checksums torchvision is given."""
    _, names = availability.DATA_FILES["cifar10"]
    files = {n: cifar_file([i % 10 for i in range(20)], seed) for seed, n in enumerate(names) if n != "batches.meta"}
    files["batches.meta"] = pickle.dumps({"label_names": list("abcdefghij")}, protocol=2)
    sums = {name: hashlib.md5(data).hexdigest() for name, data in files.items()}
    monkeypatch.setattr(CIFAR10, "train_list", [[n, sums[n]] for n, _ in CIFAR10.train_list])
    monkeypatch.setattr(CIFAR10, "test_list", [[n, sums[n]] for n, _ in CIFAR10.test_list])
    monkeypatch.setattr(CIFAR10, "meta", CIFAR10.meta | {"md5": sums["batches.meta"]})
    return files


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def check_cifar(data: Any, files: dict[str, bytes]) -> None:
    assert [len(part) for part in (data.train, data.validation, data.test)] == [90, 10, 20]
    assert data.train.inputs.shape == (90, 32, 32, 3)
    assert data.train.inputs.dtype == np.uint8
    assert sorted(data.validation.labels) == list(range(10))
    published = pickle.loads(files["test_batch"])["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert sorted(p.tobytes() for p in data.test.inputs) == sorted(p.tobytes() for p in published)
    kept = {p.tobytes() for part in (data.train, data.validation, data.test) for p in part.inputs}
    assert len(kept) == 120


def test_cifar10_from_a_filled_folder(folder: Path, cifar_files: dict[str, bytes]) -> None:
    put(folder / "cifar-10-batches-py", cifar_files)
    data = cifar10.load()
    check_cifar(data, cifar_files)
    again = cifar10.load()
    assert again.fingerprint == data.fingerprint
    assert np.array_equal(again.train.inputs, data.train.inputs)


def publish_cifar10(monkeypatch: pytest.MonkeyPatch, server: HubServer, cifar_files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, data in cifar_files.items():
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    server.files["/cifar-10-python.tar.gz"] = archive.getvalue()
    monkeypatch.setattr(CIFAR10, "url", f"{server.url}/cifar-10-python.tar.gz")
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(archive.getvalue()).hexdigest())
    monkeypatch.setitem(availability.DATA_URLS, "cifar10", CIFAR10.url)
    return archive.getvalue()


def test_cifar10_is_fetched(
    folder: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, cifar_files: dict[str, bytes]
) -> None:
    archive = publish_cifar10(monkeypatch, server, cifar_files)
    server.replaced["cifar-10-python.tar.gz"] = archive[:-100]
    with pytest.raises(NotAvailable, match=r"CIFAR-10 needs the internet.*corrupted"):
        cifar10.load()
    server.replaced.clear()
    check_cifar(cifar10.load(), cifar_files)


def test_cifar10_that_hardly_comes_is_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, cifar_files: dict[str, bytes]
) -> None:
    publish_cifar10(monkeypatch, server, cifar_files)
    server.faults["cifar-10-python.tar.gz"] = "trickle"
    with pytest.raises(NotAvailable, match=r"CIFAR-10.*cifar-10-python.tar.gz: only .* came.*Connect.*again.*digits"):
        list(followed(cifar10.load, Patience(0.4, 1024)))


def idx(array: np.ndarray) -> bytes:
    """The format of MNIST's files: a type, the dimensions, the bytes."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


def fashion_files() -> dict[str, bytes]:
    files = {}
    for seed, (part, count) in enumerate((("train", 100), ("t10k", 20))):
        pictures = np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        files[f"{part}-images-idx3-ubyte"] = idx(pictures)
        files[f"{part}-labels-idx1-ubyte"] = idx(np.arange(count) % 10)
    return files


def test_fashion_mnist_from_a_filled_folder(folder: Path) -> None:
    put(folder / "FashionMNIST/raw", fashion_files())
    data = fashion_mnist.load()
    assert [len(part) for part in (data.train, data.validation, data.test)] == [90, 10, 20]
    assert data.test.inputs.shape == (20, 28, 28, 3)
    assert data.test.inputs.dtype == np.uint8
    assert np.array_equal(data.test.inputs[..., 0], data.test.inputs[..., 2])
    published = np.frombuffer(fashion_files()["t10k-images-idx3-ubyte"], np.uint8)[16:].reshape(-1, 28, 28)
    assert sorted(p.tobytes() for p in data.test.inputs[..., 0]) == sorted(p.tobytes() for p in published)


def test_fashion_mnist_that_is_broken_is_said_and_does_not_stay(folder: Path) -> None:
    files = fashion_files()
    put(folder / "FashionMNIST/raw", {**files, "t10k-images-idx3-ubyte": files["t10k-images-idx3-ubyte"][:-1]})
    with pytest.raises(NotAvailable, match=r"Fashion-MNIST.*all were removed"):
        fashion_mnist.load()
    assert not (folder / "FashionMNIST").exists()


@pytest.mark.parametrize(("name", "load"), [("cifar10", cifar10.load), ("fashion_mnist", fashion_mnist.load)])
def test_pictures_without_a_connection(
    folder: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, name: str, load: Any
) -> None:
    server.stop()
    monkeypatch.setitem(availability.DATA_URLS, name, f"{server.url}/{name}")
    started = time.monotonic()
    with pytest.raises(NotAvailable, match=r"needs the internet.*no connection.*Connect.*digits"):
        load()
    assert time.monotonic() - started < 9


def test_addresses_and_files_are_torchvisions_own() -> None:
    assert availability.DATA_URLS["cifar10"] == CIFAR10.url
    assert availability.DATA_URLS["fashion_mnist"] == FashionMNIST.mirrors[0] + FashionMNIST.resources[0][0]
    folder, files = availability.DATA_FILES["cifar10"]
    assert folder == CIFAR10.base_folder
    assert files == [name for name, _ in CIFAR10.train_list + CIFAR10.test_list] + [CIFAR10.meta["filename"]]
    folder, files = availability.DATA_FILES["fashion_mnist"]
    assert folder == "FashionMNIST/raw"
    assert files == [name.removesuffix(".gz") for name, _ in FashionMNIST.resources]
