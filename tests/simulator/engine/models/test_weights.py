"""Looking for published weights: the real code, in a fresh process, against a loopback server.

The hub's library reads its settings when it is imported, hence a process for each look. torchvision's
addresses are fixed in the code, so there the address (only) is replaced, in this process.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from safetensors.torch import load, save
from tokenizers import BertWordPieceTokenizer
from torchvision.models import get_weight, mobilenet_v2
from transformers import DistilBertConfig, DistilBertForMaskedLM, T5Config, T5ForConditionalGeneration

from simulator.catalog.models import MODELS
from simulator.data import availability
from simulator.engine.host import hub as hub_module
from simulator.engine.models import images, weights
from simulator.errors import NotAvailable
from tests.hub_server import HubServer, python

TEXTS = ["a warm and witty film", "the soup was cold", "a dull book about films", "good food and good films"]
WORDS = ["film", "soup"]

FIND = """
import json, sys
from simulator.engine.models import weights
from simulator.errors import NotAvailable
def look(model, choice):
    try:
        found = weights.find(model, choice)
    except NotAvailable as error:
        return {"error": error.message, "advice": error.advice}
    return {"source": found.source, "sha256": found.sha256, "folder": str(found.folder), "notice": found.notice}
found = {model: look(model, sys.argv[1]) for model in sys.argv[2:]}
print(json.dumps({**found, "torch": "torch" in sys.modules}))
"""
USE = """
import json, pathlib, sys, torch
from simulator.engine.models import weights
from simulator.engine.models import MODULES
used = {}
for model, tensor in (("distilbert", "distilbert.embeddings.word_embeddings.weight"), ("t5_small", "shared.weight")):
    found = weights.find(model, "pretrained")
    teacher = MODULES[model].build_teacher(2, found, seed=0).eval()
    encode = MODULES[model].make_encoder([], ["film", "soup"], found, pathlib.Path(sys.argv[1]), 32)
    with torch.no_grad():
        shape = list(MODULES[model].logits(teacher, encode(["a warm film", "soup"])).shape)
    values = teacher.get_parameter(tensor).flatten().tolist()
    used[model] = {"tensor": tensor, "values": values, "shape": shape, "sha256": found.sha256}
print(json.dumps(used))
"""


def find(model: str, choice: str, server: HubServer, home: Path) -> dict[str, Any]:
    """What ``weights.find`` says in a fresh process."""
    found: dict[str, Any] = python(FIND, choice, model, server=server, home=home)[model]
    return found


def content(folder: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture(scope="module")
def distilbert(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A DistilBERT of one layer with its language-model head, as the published one has it."""
    folder = tmp_path_factory.mktemp("distilbert")
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(TEXTS, vocab_size=60, min_frequency=1, show_progress=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = DistilBertConfig(vocab_size=64, dim=16, n_layers=1, n_heads=2, hidden_dim=32, max_position_embeddings=64)
    DistilBertForMaskedLM(config).save_pretrained(folder)
    return content(folder, MODELS["distilbert"].files)


@pytest.fixture(scope="module")
def t5_small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A T5 of one encoder and one decoder layer; its embeddings are tied."""
    folder = tmp_path_factory.mktemp("t5")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 5), model_writer=model, vocab_size=48, hard_vocab_limit=False, pad_id=0,
        eos_id=1, unk_id=2, bos_id=-1, user_defined_symbols=[f"▁{w}" for w in WORDS], minloglevel=2,
    )  # fmt: skip
    (folder / "spiece.model").write_bytes(model.getvalue())
    config = T5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=0)
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return content(folder, MODELS["t5_small"].files)


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as started:
        yield started


@pytest.fixture
def hub(server: HubServer, distilbert: dict[str, bytes], t5_small: dict[str, bytes]) -> HubServer:
    """The hub with both text models at their pinned revisions."""
    for name, files in (("distilbert", distilbert), ("t5_small", t5_small)):
        server.publish(MODELS[name].repository, MODELS[name].revision, files)
    return server


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return tmp_path


def test_hub_weights_are_fetched_used_and_found_again_with_the_server_gone(
    hub: HubServer, tmp_path: Path, distilbert: dict[str, bytes], t5_small: dict[str, bytes]
) -> None:
    hub.replaced["model.safetensors"] = b"damaged on the way"
    assert "is broken" in find("t5_small", "auto", hub, tmp_path)["notice"]
    hub.replaced.clear()  # mended: nothing of the broken file is in the way

    used = python(USE, str(tmp_path), server=hub, home=tmp_path)
    for model, files in (("distilbert", distilbert), ("t5_small", t5_small)):
        published = files["model.safetensors"]
        assert used[model]["values"] == load(published)[used[model]["tensor"]].flatten().tolist()
        assert used[model]["shape"] == [2, 2]
        assert used[model]["sha256"] == hashlib.sha256(published).hexdigest()
    asked_for = {r.rsplit("/", 1)[-1] for r in hub.requests if "/resolve/" in r}
    assert asked_for == set(MODELS["distilbert"].files + MODELS["t5_small"].files)

    hub.stop()
    again = python(FIND, "pretrained", "distilbert", "t5_small", server=hub, home=tmp_path)
    for model in ("distilbert", "t5_small"):
        assert again[model]["source"] == "pretrained"
        assert again[model]["sha256"] == used[model]["sha256"]
        assert again[model]["notice"] == ""
        assert {p.name for p in Path(again[model]["folder"]).iterdir()} == set(MODELS[model].files)


def test_repository_that_is_not_there(server: HubServer, tmp_path: Path) -> None:
    found = find("distilbert", "pretrained", server, tmp_path)
    assert "distilbert/distilbert-base-uncased" in found["error"]
    assert "404" in found["error"]
    assert all(way in found["advice"] for way in ("internet", "python -m simulator prepare", 'weights="scratch"'))


def test_auto_falls_back_to_scratch_and_says_why_without_torch(server: HubServer, tmp_path: Path) -> None:
    found = python(FIND, "auto", "distilbert", server=server, home=tmp_path)
    assert found["distilbert"]["source"] == "scratch"
    assert "404" in found["distilbert"]["notice"]
    assert not found["torch"]


def test_server_that_never_answers_is_given_up_in_time(hub: HubServer, tmp_path: Path) -> None:
    hub.faults["model.safetensors"] = "hang"
    started = time.monotonic()
    found = find("t5_small", "auto", hub, tmp_path)
    assert time.monotonic() - started < 60  # by itself it would wait for ever
    assert found["source"] == "scratch"
    assert "timed out" in found["notice"]


def test_network_that_answers_for_the_hub(hub: HubServer, tmp_path: Path) -> None:
    hub.faults["model.safetensors"] = "login page"
    assert "login page" in find("t5_small", "pretrained", hub, tmp_path)["error"]


def test_hub_is_not_asked_where_scratch_is_chosen(hub: HubServer, tmp_path: Path) -> None:
    found = find("t5_small", "scratch", hub, tmp_path)
    assert found["source"] == "scratch"
    assert found["sha256"] is None
    assert hub.requests == []


def test_download_that_breaks_off_leaves_nothing(hub: HubServer, tmp_path: Path) -> None:
    hub.faults["model.safetensors"] = "cut"
    found = find("distilbert", "pretrained", hub, tmp_path)
    assert "model.safetensors: the connection broke off" in found["error"]
    assert list(tmp_path.rglob("model.safetensors")) == []
    assert list(tmp_path.rglob("*.incomplete")) == []


def other_shape(files: dict[str, bytes]) -> bytes:
    tensors = load(files["model.safetensors"])
    name = next(n for n in tensors if n.endswith("lin1.weight"))
    return save({**tensors, name: tensors[name][:-1].contiguous()})


WRONG = {
    # What is published in the right file's place, with a checksum of its own.
    "not safetensors": (lambda f: {"model.safetensors": b"<html></html>"}, "model.safetensors is broken"),
    "shorter than its header says": (
        lambda f: {"model.safetensors": f["model.safetensors"][:-64]},
        "model.safetensors is broken",
    ),
    "a layer of another shape": (lambda f: {"model.safetensors": other_shape(f)}, "should be (32, 16), is {(31, 16)}"),
    "another architecture": (
        lambda f: {"config.json": f["config.json"].replace(b'"distilbert"', b'"bert"')},
        "a model of type 'bert', not 'distilbert'",
    ),
    "a configuration of nonsense": (
        lambda f: {"config.json": b'{"model_type": "distilbert", "n_layers": "six"}'},
        "config.json is broken",
    ),
    "a configuration cut off": (lambda f: {"config.json": f["config.json"][:50]}, "config.json is broken"),
    "a tokenizer cut off": (lambda f: {"tokenizer.json": f["tokenizer.json"][:50]}, "tokenizer.json is broken"),
}


def test_content_other_than_published_is_said_and_does_not_stay(
    hub: HubServer, tmp_path: Path, distilbert: dict[str, bytes]
) -> None:
    """Complete as far as the headers say, under the published file's checksum: only the content gives it away."""
    for sent in (distilbert["model.safetensors"][:-2_000], distilbert["model.safetensors"][:-1] + b"\x7f"):
        hub.replaced["model.safetensors"] = sent
        found = find("distilbert", "auto", hub, tmp_path)
        assert found["source"] == "scratch"
        assert "model.safetensors is broken: its sha256 is" in found["notice"]
        assert list(tmp_path.rglob("model.safetensors")) == []


def test_checksum_is_compared_with_the_hubs_name_not_with_the_store_behind_it(in_process: Path) -> None:
    """huggingface_hub links snapshot -> blob (its sha256) -> a store shared by repositories (another hash)."""
    store, blob, pointer = in_process / ("0" * 64), in_process / hashlib.sha256(b"it").hexdigest(), in_process / "w"
    store.write_bytes(b"it")
    blob.symlink_to(store.name)
    pointer.symlink_to(blob.name)
    assert hub_module.check_content(pointer) == blob.name
    hub_module.discard([pointer])
    assert not any(p.is_symlink() or p.exists() for p in (store, blob, pointer))


@pytest.mark.parametrize("case", WRONG)
def test_file_that_does_not_fit_is_said_and_does_not_stay(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, distilbert: dict[str, bytes], case: str
) -> None:
    """The check after a download, on files that are already in the cache, where no server can help."""
    broken, message = WRONG[case]
    paths = {}
    for name, data in {**distilbert, **broken(distilbert)}.items():
        paths[name] = in_process / name
        paths[name].write_bytes(data)
    monkeypatch.setattr(weights, "cached_weights", lambda model: paths)
    monkeypatch.setattr(
        weights, "weights_finding", lambda model: availability.Finding("not reachable", "no connection")
    )
    found = weights.find("distilbert", "auto")
    assert found.source == "scratch"
    assert message in found.notice
    assert "no connection" in found.notice
    assert not any(path.exists() for path in paths.values())


@pytest.fixture(scope="module")
def checkpoint() -> bytes:
    """torchvision's own MobileNetV2 with random weights, as torchvision publishes it."""
    file = io.BytesIO()
    torch.save(mobilenet_v2().state_dict(), file)
    return file.getvalue()


def announce(monkeypatch: pytest.MonkeyPatch, server: HubServer, data: bytes) -> Path:
    """Have the server stand for torchvision's, with a name that carries the checksum of this file."""
    path = f"/models/mobilenet_v2-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    server.files[path] = data
    monkeypatch.setitem(MODELS, "mobilenet_v2", replace(MODELS["mobilenet_v2"], checkpoint=server.url + path))
    return availability.checkpoint_file("mobilenet_v2")


def put(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(data)


def test_checkpoint_from_a_filled_cache(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, checkpoint: bytes
) -> None:
    put(announce(monkeypatch, server, checkpoint), checkpoint)
    found = weights.find("mobilenet_v2", "pretrained")
    assert server.requests == []
    server.stop()
    assert weights.find("mobilenet_v2", "pretrained") == found
    assert found.sha256 == hashlib.sha256(checkpoint).hexdigest()
    assert found.revision == "MobileNet_V2_Weights.IMAGENET1K_V1"
    model = mobilenet_v2()
    images.load_torchvision(model, found)
    published = torch.load(io.BytesIO(checkpoint), weights_only=True)
    assert all(torch.equal(tensor, published[name]) for name, tensor in model.state_dict().items())


def test_checkpoint_is_fetched_to_where_torchvision_keeps_it(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, checkpoint: bytes
) -> None:
    file = announce(monkeypatch, server, checkpoint)
    assert weights.find("mobilenet_v2", "auto").file == file
    assert file.parent == Path(torch.hub.get_dir()) / "checkpoints"
    server.stop()
    assert weights.find("mobilenet_v2", "auto").source == "pretrained"


def test_checkpoint_that_breaks_off_leaves_nothing(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, checkpoint: bytes
) -> None:
    file = announce(monkeypatch, server, checkpoint)
    server.faults[file.name] = "cut"
    assert f"{file.name} is broken" in weights.find("mobilenet_v2", "auto").notice
    with pytest.raises(NotAvailable, match=r"torchvision/mobilenet_v2.*is broken"):
        weights.find("mobilenet_v2", "pretrained")
    assert list(file.parent.iterdir()) == []


def test_cached_checkpoint_that_is_broken_is_replaced(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, checkpoint: bytes
) -> None:
    file = announce(monkeypatch, server, checkpoint)
    put(file, checkpoint[:-1])
    assert weights.find("mobilenet_v2", "auto").source == "pretrained"
    assert file.read_bytes() == checkpoint


def test_no_checkpoint_and_no_connection(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, checkpoint: bytes
) -> None:
    announce(monkeypatch, server, checkpoint)
    server.stop()
    with pytest.raises(NotAvailable, match=r"MobileNetV2 \(torchvision/mobilenet_v2\).*no connection.*prepare"):
        weights.find("mobilenet_v2", "pretrained")
    assert weights.find("mobilenet_v2", "auto").folder is None


def test_checkpoint_that_would_run_code_is_refused(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer, tmp_path: Path
) -> None:
    class Attack:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "ran",)

    data = pickle.dumps({"weight": Attack()}, protocol=2)
    put(announce(monkeypatch, server, data), data)
    found = weights.find("mobilenet_v2", "pretrained")
    with pytest.raises(NotAvailable, match="does not fit"):
        images.load_torchvision(mobilenet_v2(), found)
    assert not (tmp_path / "ran").exists()


def test_checkpoint_of_another_model_is_refused(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, server: HubServer
) -> None:
    file = io.BytesIO()
    torch.save(mobilenet_v2(width_mult=0.25).state_dict(), file)
    put(announce(monkeypatch, server, file.getvalue()), file.getvalue())
    with pytest.raises(NotAvailable, match="size mismatch"):
        images.load_torchvision(mobilenet_v2(), weights.find("mobilenet_v2", "pretrained"))


def test_checksum_is_remembered_until_the_file_changes(in_process: Path) -> None:
    file = in_process / "file"
    file.write_bytes(b"one")
    first = hub_module.checksum(file)
    assert first == hashlib.sha256(b"one").hexdigest()
    (note,) = (in_process / "data/cache/checksums").iterdir()
    note.write_text("f" * 64)
    assert hub_module.checksum(file) == "f" * 64  # not hashed again
    file.write_bytes(b"other")
    assert hub_module.checksum(file) == hashlib.sha256(b"other").hexdigest()


@pytest.mark.parametrize("model", [m.name for m in MODELS.values() if m.checkpoint])
def test_addresses_are_torchvisions_own(model: str) -> None:
    assert MODELS[model].checkpoint == get_weight(MODELS[model].revision).url
