"""Files that are fetched from a loopback server, and what is said meanwhile."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulator.catalog.models import MODELS
from simulator.engine.host.downloads import Patience, followed
from simulator.engine.models import weights
from simulator.events import Downloading
from tests.hub_server import HubServer, python

CONTENT = random.Random(0).randbytes(3_000_000)
SHORT = CONTENT[:300_000]
T5 = MODELS["t5_small"]


FOLLOW = """
import json, sys, time
from functools import partial
from simulator.engine.host import downloads, hub
downloads.NEWS_SECONDS = 0.05
repository, revision, seconds, bytes_, close_after = sys.argv[1:]
work = partial(hub.download, repository, revision, ["model.safetensors"])
events, found = [], {}
following = downloads.followed(work, downloads.Patience(float(seconds), int(bytes_)))
try:
    while len(events) < int(close_after):
        events.append(next(following).model_dump())
    following.close()
except StopIteration as end:
    found["file"] = str(end.value["model.safetensors"])
except downloads.Unusable as error:
    found["error"] = str(error)
print(json.dumps({**found, "events": events}))
time.sleep(0.2)  # for the thread that is to end itself
"""


def of_the_hub(server: HubServer, home: Path, patience: Patience, close_after: int = 1_000_000) -> dict[str, Any]:
    """What is said, and what comes, of a file that a fresh process fetches from the hub."""
    arguments = (T5.repository, T5.revision, str(patience.seconds), str(patience.bytes), str(close_after))
    outcome: dict[str, Any] = python(FOLLOW, *arguments, server=server, home=home)
    return outcome


def of_torchvision(server: HubServer, patience: Patience, close_after: int = 1_000_000) -> list[Downloading]:
    following = followed(lambda: weights.find("resnet18", "pretrained"), patience)
    events = [event for event, _ in zip(following, range(close_after), strict=False)]
    following.close()
    return events


def check_told(events: Sequence[Any], file: str, size: int) -> None:
    received = [event.received for event in events]
    assert len(events) > 3
    assert received == sorted(received)
    assert received[0] < size == received[-1]
    assert {(event.file, event.total) for event in events} == {(file, size)}
    assert any(event.bytes_per_second for event in events)
