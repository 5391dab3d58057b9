"""Files of the hub: fetched once, compared with their checksums, and removed with what links lead to."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.data import availability
from simulator.engine.host import hub
from simulator.engine.host.downloads import Patience, Unusable
from simulator.events import Downloading
from tests.hub_server import HubServer
from tests.simulator.engine.host.fetched import SHORT, T5, check_told, of_the_hub, of_torchvision


def test_a_file_of_the_hub_is_followed_to_its_end_and_then_asked_for_no_more(
    published: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    server = published(SHORT)
    server.faults["model.safetensors"] = "steady"
    outcome = of_the_hub(server, tmp_path, Patience(0.2, 1024))
    check_told([Downloading(**event) for event in outcome["events"]], "model.safetensors", len(SHORT))
    assert Path(outcome["file"]).read_bytes() == SHORT

    server.requests.clear()
    again = of_the_hub(server, tmp_path, Patience(0.2, 1024))
    assert again == {"file": outcome["file"], "events": []}
    assert [r for r in server.requests if "/api/" not in r] == []  # huggingface_hub has questions of its own there


def test_a_trickle_from_the_hub_is_given_up(published: Callable[[bytes], HubServer], tmp_path: Path) -> None:
    server = published(SHORT)
    server.faults["model.safetensors"] = "trickle"
    outcome = of_the_hub(server, tmp_path, Patience(0.5, 1024))
    assert "model.safetensors: only " in outcome["error"]
    assert " B of 300 kB arrived" in outcome["error"]
    assert "proxy" in outcome["error"]
    assert len([r for r in server.requests if r.startswith("GET /storage")]) == 1  # not tried five times
    assert list(tmp_path.rglob("*.incomplete")) == []


def test_a_download_of_the_hub_that_nobody_follows_any_more_ends(
    published: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    server = published(SHORT)
    server.faults["model.safetensors"] = "trickle"
    outcome = of_the_hub(server, tmp_path, Patience(), close_after=2)
    assert len(outcome["events"]) == 2
    assert server.hung_up.wait(5)
    assert list(tmp_path.rglob("*.incomplete")) == []


def test_what_a_killed_download_left_is_deleted_by_the_next_and_one_under_way_is_not(
    torchvision: str, published: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    place = availability.checkpoint_file("resnet18")
    blobs = tmp_path / "hf/hub" / f"models--{T5.repository.replace('/', '--')}" / "blobs"
    left, under_way = {}, {}
    for folder, name in ((place.parent, f"{place.name}.{{}}.partial"), (blobs, "{}.incomplete")):
        folder.mkdir(parents=True)
        left[folder], under_way[folder] = folder / name.format("left"), folder / name.format("under_way")
        for part in (left[folder], under_way[folder]):
            part.write_bytes(b"a part")
        os.utime(left[folder], (time.time() - 90_000,) * 2)
    of_torchvision(published(SHORT), Patience())
    assert "file" in of_the_hub(published(SHORT), tmp_path, Patience())
    assert not any(part.exists() for part in left.values())
    assert all(part.exists() for part in under_way.values())


def test_content_is_compared_with_the_checksum_that_names_it(tmp_path: Path) -> None:
    right = tmp_path / hashlib.sha256(SHORT).hexdigest()
    right.write_bytes(SHORT)
    link = tmp_path / "model.safetensors"
    link.symlink_to(right)
    assert hub.check_content(link) == hub.check_content(right) == right.name
    right.write_bytes(SHORT[:-1])
    for path in (link, right):
        with pytest.raises(Unusable, match=f"is broken: .* published one is {right.name[:12]}"):
            hub.check_content(path)


def test_a_small_files_name_is_no_checksum(tmp_path: Path) -> None:
    named = tmp_path / "config.json"
    named.write_bytes(SHORT)
    assert hub.check_content(named) == hashlib.sha256(SHORT).hexdigest()


def test_a_checksum_is_worked_out_anew_only_for_a_file_that_changed(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(SHORT)
    before, first = file.stat(), hub.checksum(file)
    file.write_bytes(SHORT[::-1])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hub.checksum(file) == first, "as far as size and time say, it is the file that was read"
    os.utime(file)
    assert hub.checksum(file) == hashlib.sha256(SHORT[::-1]).hexdigest()


def test_what_is_discarded_goes_with_the_content_that_links_lead_to(tmp_path: Path) -> None:
    content, middle, link, other = (tmp_path / name for name in ("content", "middle", "link", "other"))
    content.write_bytes(SHORT)
    other.write_bytes(SHORT)
    middle.symlink_to("content")
    link.symlink_to(middle)
    hub.discard([link, tmp_path / "missing"])
    assert list(tmp_path.glob("*")) == [other]
