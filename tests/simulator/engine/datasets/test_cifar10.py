"""CIFAR-10: small real files in the published format."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torchvision.datasets import CIFAR10

from simulator.data import availability
from simulator.engine.datasets import cifar10
from simulator.engine.host.downloads import Patience, followed
from simulator.errors import NotAvailable
from tests.hub_server import HubServer
from tests.simulator.engine.datasets.conftest import put


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
    with pytest.raises(
        NotAvailable, match=r"CIFAR-10.*cifar-10-python.tar.gz: only .* arrived.*Connect.*again.*digits"
    ):
        list(followed(cifar10.load, Patience(0.4, 1024)))


class OldType:
    """numpy's uint8 as Python 2 pickled it: CIFAR-10's files are that old."""

    def __reduce__(self) -> tuple[Any, ...]:
        return np.dtype, ("u1", 0, 1)


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
