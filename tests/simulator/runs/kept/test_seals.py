"""The seal of a folder: what ``sha256sum`` reads, and no damage goes unseen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from simulator.runs.kept import seals


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_bytes(b"{}")
    seals.seal(tmp_path)
    return tmp_path


def test_a_seal_is_what_sha256sum_reads(sealed: Path) -> None:
    digests = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in (("config.json", b"{}"), ("model.safetensors", b"weights"))
    }
    assert (sealed / seals.SUMS_FILE).read_text() == "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    assert seals.broken_seal(sealed) == ""


def test_a_flipped_bit_of_any_byte_under_a_seal_is_seen(sealed: Path) -> None:
    for file in sorted(sealed.iterdir()):
        whole = file.read_bytes()
        for position in range(len(whole)):
            flipped = bytearray(whole)
            flipped[position] ^= 1
            file.write_bytes(flipped)
            assert seals.broken_seal(sealed), (file.name, position)
        file.write_bytes(whole)
    assert seals.broken_seal(sealed) == ""


def test_what_is_missing_under_a_seal_is_named(sealed: Path) -> None:
    (sealed / "config.json").unlink()
    assert seals.broken_seal(sealed) == "config.json is missing"
    assert seals.broken_seal(sealed, ["model.safetensors"]) == ""


def test_a_file_that_a_seal_does_not_know_is_not_trusted(sealed: Path) -> None:
    sums = sealed / seals.SUMS_FILE
    sums.write_text(sums.read_text().splitlines(keepends=True)[0])  # cut off at the end of a line
    assert seals.broken_seal(sealed, ["model.safetensors"]) == "SHA256SUMS does not know model.safetensors"


def test_a_folder_of_an_earlier_version_has_no_seal(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert seals.broken_seal(tmp_path) == ""
