"""What can be had: looked up in fresh processes, because the answer is found once per process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import availability
from simulator.catalog import DATASETS, MODELS
from tests.hub_server import HubServer, python

STATES = """
import json, sys
from simulator import availability
from simulator.catalog import DATASETS, MODELS
availability.CHECKPOINTS.update({m: sys.argv[1] + "/models/" + m + "-00000000.pth" for m in availability.CHECKPOINTS})
availability.DATA_URLS.update({d: sys.argv[1] + "/data/" + d for d in availability.DATA_URLS})
for _ in range(2):
    weights = {m: availability.weights_state(m) for m in MODELS}
    data = {d: availability.data_state(d) for d in DATASETS}
said = {"weights": weights, "data": data, "reason": availability.weights_finding("t5_small").reason}
print(json.dumps({**said, "torch": "torch" in sys.modules, "transformers": "transformers" in sys.modules}))
"""
FILL_CACHE = """
import json
from simulator import availability
from simulator.engine import hub
hub.download(availability.SST2, availability.SST2_REVISION, availability.SST2_FILES, "dataset")
from simulator.catalog import MODELS
for model, files in availability.HUB_FILES.items():
    hub.download(MODELS[model].repository, MODELS[model].revision, files)
print(json.dumps({m: availability.weights_state(m) for m in MODELS}))
"""
SOON = """
import json, time
from simulator import availability
started = time.monotonic()
first = [availability.weights_state_soon("t5_small"), availability.data_state_soon("sst2")]
took = time.monotonic() - started
while availability.weights_state_soon("t5_small") is None or availability.data_state_soon("sst2") is None:
    time.sleep(0.05)
last = [availability.weights_state_soon("t5_small"), availability.data_state_soon("sst2")]
print(json.dumps({"first": first, "took": took, "last": last, "decided": time.monotonic() - started}))
"""
INTERNET = [name for name, info in DATASETS.items() if info.needs_internet]


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as it:
        yield it


def publish_everything(server: HubServer) -> None:
    for model, files in availability.HUB_FILES.items():
        server.publish(MODELS[model].repository, MODELS[model].revision, dict.fromkeys(files, b"content"))
    server.publish(
        availability.SST2, availability.SST2_REVISION, dict.fromkeys(availability.SST2_FILES, b"content"), "dataset"
    )
    for model in availability.CHECKPOINTS:
        server.files[f"/models/{model}-00000000.pth"] = b"content"
    for name in availability.DATA_URLS:
        server.files[f"/data/{name}"] = b"content"


def test_everything_is_reachable_and_asked_for_once_and_torch_stays_out(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    said = python(STATES, server.url, server=server, home=tmp_path)
    assert said["weights"] == dict.fromkeys(MODELS, "reachable")
    assert said["data"] == {name: "reachable" if name in INTERNET else "here" for name in DATASETS}
    assert not said["torch"]
    assert not said["transformers"]
    asked = [r for r in server.requests if "/api/" not in r]  # huggingface_hub has questions of its own there
    assert len(asked) == len(set(asked)) == len(MODELS) + len(INTERNET)
    assert all(r.startswith("HEAD ") for r in asked)


def test_nothing_is_reachable_where_nothing_is_published(server: HubServer, tmp_path: Path) -> None:
    said = python(STATES, server.url, server=server, home=tmp_path)
    assert said["weights"] == dict.fromkeys(MODELS, "not reachable")
    assert {said["data"][name] for name in INTERNET} == {"not reachable"}
    assert said["reason"] == "the server answered 404 (not found)"


def test_offline_switch_asks_nobody(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    said = python(STATES, server.url, server=server, home=tmp_path, HF_HUB_OFFLINE="1")
    assert said["weights"] == dict.fromkeys(MODELS, "not reachable")
    assert {said["data"][name] for name in INTERNET} == {"not reachable"}
    assert "HF_HUB_OFFLINE" in said["reason"]
    assert server.requests == []


def test_cached_files_are_found_with_the_server_gone(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    filled = python(FILL_CACHE, server=server, home=tmp_path)
    assert filled["distilbert"] == filled["t5_small"] == "cached"  # the state follows what has been fetched meanwhile
    server.stop()
    said = python(STATES, server.url, server=server, home=tmp_path)
    assert said["weights"]["distilbert"] == said["weights"]["t5_small"] == "cached"
    assert said["weights"]["resnet18"] == "not reachable"
    assert said["data"]["sst2"] == "cached"


def test_weights_of_which_a_file_is_missing_are_not_cached(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    python(FILL_CACHE, server=server, home=tmp_path)
    server.stop()
    (tokenizer,) = tmp_path.rglob("tokenizer.json")
    tokenizer.unlink()
    said = python(STATES, server.url, server=server, home=tmp_path)
    assert said["weights"]["distilbert"] == "not reachable"
    assert said["weights"]["t5_small"] == "cached"


def test_page_never_waits_and_a_silent_server_is_given_up(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    server.faults = {"model.safetensors": "hang", "train-00000-of-00001.parquet": "hang"}
    said = python(SOON, server=server, home=tmp_path)
    assert said["first"] == [None, None]
    assert said["took"] < 1
    assert said["last"] == ["not reachable", "not reachable"]
    assert said["decided"] < 8


def test_data_that_is_always_here_is_known_at_once() -> None:
    assert availability.data_state("digits") == "here"


@pytest.mark.parametrize("model", availability.CHECKPOINTS)
def test_checkpoint_in_torch_home_is_cached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str) -> None:
    monkeypatch.delenv("TORCH_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    file = availability.checkpoint_file(model)
    assert file.parent == tmp_path / "caches/torch/hub/checkpoints"
    assert availability.cached_weights(model) is None

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    file = availability.checkpoint_file(model)
    assert file.parent == tmp_path / "torch/hub/checkpoints"
    file.parent.mkdir(parents=True)
    file.touch()
    assert availability.weights_state(model) == "cached"


@pytest.mark.parametrize("name", availability.DATA_FILES)
def test_data_is_cached_when_all_its_files_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path))
    folder, files = availability.DATA_FILES[name]
    place = tmp_path / "cache/datasets" / folder
    place.mkdir(parents=True)
    for file in files:
        assert availability.cached_data(name) is None
        (place / file).touch()
    assert availability.data_state(name) == "cached"
