"""Published pictures without a connection, and where torchvision looks for them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from torchvision.datasets import CIFAR10, FashionMNIST

from simulator.data import availability
from simulator.engine.datasets import cifar10, fashion_mnist
from simulator.errors import NotAvailable
from tests.hub_server import HubServer


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
