"""A loopback server that sends the files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.catalog.models import MODELS
from simulator.engine.host import downloads
from tests.hub_server import HubServer
from tests.simulator.engine.host.fetched import SHORT, T5


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def published(server: HubServer) -> Callable[[bytes], HubServer]:
    def publish(content: bytes) -> HubServer:
        server.publish(T5.repository, T5.revision, {"model.safetensors": content})
        return server

    return publish


@pytest.fixture
def torchvision(server: HubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name of a file that stands for ResNet-18's weights."""
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(downloads, "NEWS_SECONDS", 0.05)
    path = f"/models/resnet18-{hashlib.sha256(SHORT).hexdigest()[:8]}.pth"
    server.files[path] = SHORT
    monkeypatch.setitem(MODELS, "resnet18", replace(MODELS["resnet18"], checkpoint=server.url + path))
    return path.rsplit("/", 1)[-1]
