"""What is available: looked up in fresh processes, because the answer is found once per process."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.data import availability
from tests.hub_server import HubServer, python

STATES = """
import json, sys
from simulator.data import availability
from dataclasses import replace
from simulator.catalog.datasets import DATASETS; from simulator.catalog.models import MODELS
for m in [m for m in MODELS.values() if m.checkpoint]:
    MODELS[m.name] = replace(m, checkpoint=f"{sys.argv[1]}/models/{m.name}-00000000.pth")
availability.DATA_URLS.update({d: sys.argv[1] + "/data/" + d for d in availability.DATA_URLS})
for _ in range(2):
    weights = {m: availability.weights_state(m) for m in MODELS}
    data = {d: availability.data_state(d) for d in DATASETS}
found = {"weights": weights, "data": data, "reason": availability.weights_finding("t5_small").reason}
print(json.dumps({**found, "torch": "torch" in sys.modules, "transformers": "transformers" in sys.modules}))
"""
FILL_CACHE = """
import json
from simulator.data import availability
from simulator.engine.host import hub
hub.download(availability.SST2, availability.SST2_REVISION, availability.SST2_FILES, "dataset")
from simulator.catalog.models import MODELS
for model in MODELS.values():
    hub.download(model.repository, model.revision, model.files)
print(json.dumps({m: availability.weights_state(m) for m in MODELS}))
"""
SOON = """
import json, time
from simulator.data import availability
started = time.monotonic()
first = [availability.weights_state_soon("t5_small"), availability.data_state_soon("sst2")]
took = time.monotonic() - started
while availability.weights_state_soon("t5_small") is None or availability.data_state_soon("sst2") is None:
    time.sleep(0.05)
last = [availability.weights_state_soon("t5_small"), availability.data_state_soon("sst2")]
print(json.dumps({"first": first, "took": took, "last": last, "decided": time.monotonic() - started}))
"""
TWICE = """
import json, sys
from dataclasses import replace
from simulator.catalog.models import MODELS
from simulator.data import availability
MODELS["resnet18"] = replace(MODELS["resnet18"], checkpoint=sys.argv[2] + "/models/resnet18-00000000.pth")
def look():
    return {m: vars(availability.weights_finding(m)) for m in ("t5_small", "resnet18")}
first = look()
refused = availability.unreachable()
if sys.argv[1] == "button":
    availability.ask_again()
else:
    availability.ASK_AGAIN = float(sys.argv[1])
print(json.dumps({"first": first, "refused": refused, "second": look()}))
"""
HUB_MODELS = [m for m in MODELS.values() if m.files]
CHECKPOINTS = [m.name for m in MODELS.values() if m.checkpoint]
INTERNET = [name for name, info in DATASETS.items() if info.needs_internet]


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as hub:
        yield hub


def publish_everything(server: HubServer) -> None:
    for model in HUB_MODELS:
        server.publish(model.repository, model.revision, dict.fromkeys(model.files, b"content"))
    server.publish(
        availability.SST2, availability.SST2_REVISION, dict.fromkeys(availability.SST2_FILES, b"content"), "dataset"
    )
    for model in CHECKPOINTS:
        server.files[f"/models/{model}-00000000.pth"] = b"content"
    for name in availability.DATA_URLS:
        server.files[f"/data/{name}"] = b"content"


def test_everything_is_reachable_and_asked_for_once_and_torch_stays_out(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    found = python(STATES, server.url, server=server, home=tmp_path)
    assert found["weights"] == dict.fromkeys(MODELS, "reachable")
    assert found["data"] == {name: "reachable" if name in INTERNET else "here" for name in DATASETS}
    assert not found["torch"]
    assert not found["transformers"]
    asked = [r for r in server.requests if "/api/" not in r]  # huggingface_hub has questions of its own there
    assert len(asked) == len(set(asked)) == len(MODELS) + len(INTERNET)
    assert all(r.startswith("HEAD ") for r in asked)


def test_nothing_is_reachable_where_nothing_is_published(server: HubServer, tmp_path: Path) -> None:
    found = python(STATES, server.url, server=server, home=tmp_path)
    assert found["weights"] == dict.fromkeys(MODELS, "not reachable")
    assert {found["data"][name] for name in INTERNET} == {"not reachable"}
    assert found["reason"] == "the server answered 404 (not found)"


def test_offline_switch_asks_nobody(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    found = python(STATES, server.url, server=server, home=tmp_path, HF_HUB_OFFLINE="1")
    assert found["weights"] == dict.fromkeys(MODELS, "not reachable")
    assert {found["data"][name] for name in INTERNET} == {"not reachable"}
    assert "HF_HUB_OFFLINE" in found["reason"]
    assert server.requests == []


def test_cached_files_are_found_with_the_server_gone(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    filled = python(FILL_CACHE, server=server, home=tmp_path)
    assert filled["distilbert"] == filled["t5_small"] == "cached"  # the state follows what has been fetched meanwhile
    server.stop()
    found = python(STATES, server.url, server=server, home=tmp_path)
    assert found["weights"]["distilbert"] == found["weights"]["t5_small"] == "cached"
    assert found["weights"]["resnet18"] == "not reachable"
    assert found["data"]["sst2"] == "cached"


def test_weights_of_which_a_file_is_missing_are_not_cached(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    python(FILL_CACHE, server=server, home=tmp_path)
    server.stop()
    (tokenizer,) = tmp_path.rglob("tokenizer.json")
    tokenizer.unlink()
    found = python(STATES, server.url, server=server, home=tmp_path)
    assert found["weights"]["distilbert"] == "not reachable"
    assert found["weights"]["t5_small"] == "cached"


def test_page_never_waits_and_a_silent_server_is_given_up(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    server.faults = {"model.safetensors": "hang", "train-00000-of-00001.parquet": "hang"}
    found = python(SOON, server=server, home=tmp_path)
    assert found["first"] == [None, None]
    assert found["took"] < 1
    assert found["last"] == ["not reachable", "not reachable"]
    assert found["decided"] < 8


def test_data_that_is_always_here_is_known_at_once() -> None:
    assert availability.data_state("digits") == "here"


@pytest.mark.parametrize("model", CHECKPOINTS)
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


ASKED = ("model.safetensors", "resnet18-00000000.pth")


def states(found: dict[str, dict[str, str]]) -> list[str]:
    return [finding["state"] for finding in found.values()]


def test_a_server_that_asks_to_wait_a_second_is_asked_again_after_it(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    server.faults = dict.fromkeys(ASKED, "429")
    found = python(TWICE, "1000", server.url, server=server, home=tmp_path)
    assert states(found["first"]) == ["reachable", "reachable"]
    assert found["refused"] == {}


@pytest.mark.parametrize(
    ("retry_after", "again"),
    [("60", "button"), ("60", "0"), ("60", "1000"), ("Fri, 31 Dec 2100 23:59:59 GMT", "button"), ("soon", "button")],
)
def test_a_server_that_was_not_reachable_is_asked_again_later_or_by_a_button(
    retry_after: str, again: str, server: HubServer, tmp_path: Path
) -> None:
    publish_everything(server)
    server.faults, server.retry_after = dict.fromkeys(ASKED, "429"), retry_after
    found = python(TWICE, again, server.url, server=server, home=tmp_path)
    assert states(found["first"]) == ["not reachable", "not reachable"]
    assert len(found["refused"]) == 2
    assert all("429" in reason and "HF_TOKEN" in reason for reason in found["refused"].values())
    assert states(found["second"]) == ["not reachable" if again == "1000" else "reachable"] * 2


def test_a_download_waits_as_long_as_the_server_asks(server: HubServer, tmp_path: Path) -> None:
    publish_everything(server)
    server.faults = {"config.json": "429", "model.safetensors": "429"}
    filled = python(FILL_CACHE, server=server, home=tmp_path)
    assert filled["distilbert"] == filled["t5_small"] == "cached"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody has signed, with its key."""
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", str(file) + ".cert"]
    subprocess.run(command, check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + Path(str(file) + ".cert").read_bytes())
    return file


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_is_not_trusted_is_named_and_trusted_as_the_message_says(
    certificate: Path, tmp_path: Path
) -> None:
    with HubServer(certificate) as server:
        publish_everything(server)
        found = python(TWICE, "1000", server.url, server=server, home=tmp_path)
        assert states(found["first"]) == ["not reachable", "not reachable"]
        assert all("certificate" in reason and "SSL_CERT_FILE" in reason for reason in found["refused"].values())
        cured = python(TWICE, "1000", server.url, server=server, home=tmp_path, SSL_CERT_FILE=str(certificate))
        assert states(cured["first"]) == ["reachable", "reachable"]


def test_a_proxy_that_refuses_is_named(server: HubServer, tmp_path: Path) -> None:
    proxy = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), server.url) | {"NO_PROXY": "", "no_proxy": ""}
    hub = {"HF_ENDPOINT": "https://hub.invalid"}
    found = python(TWICE, "1000", "https://models.invalid", server=server, home=tmp_path, **proxy, **hub)
    assert states(found["first"]) == ["not reachable", "not reachable"]
    assert all("501" in reason and "HTTPS_PROXY must" in reason for reason in found["refused"].values())
