"""SST-2: fetched, split and found again; none, and a broken one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from simulator.data import availability
from tests.hub_server import HubServer, python

LOAD_SST2 = """
import json, sys
from simulator.engine.datasets import sst2
from simulator.errors import NotAvailable
try:
    data = sst2.load()
    found = {s: [getattr(data, s).inputs, getattr(data, s).labels.tolist()] for s in ("train", "validation", "test")}
    found["fingerprint"] = data.fingerprint
except NotAvailable as error:
    found = {"error": error.message, "advice": error.advice}
print(json.dumps({**found, "torch": "torch" in sys.modules}))
"""


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
    printed = python(LOAD_SST2, server=server, home=tmp_path)
    assert printed["error"].startswith("SST-2: film reviews needs the internet")
    assert "no connection" in printed["error"]
    assert "docstrings, reviews_topic, reviews_sentiment" in printed["advice"]


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
    printed = python(LOAD_SST2, server=server, home=tmp_path)
    assert "train-00000-of-00001.parquet is broken" in printed["error"]
    assert list(tmp_path.rglob("train-*.parquet")) == []
