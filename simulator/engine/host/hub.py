"""Files from the Hugging Face hub or torchvision: fetched, compared with their checksums, removed if broken."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from simulator.engine.host import transports
from simulator.engine.host.downloads import Unusable, fetching
from simulator.host.connections import explain
from simulator.host.paths import cache_dir, write_whole

ABANDONED = 24 * 3600.0
"""Seconds since the last write to a partial file after which no download can still be working on it: one that slow
would have been given up."""
SHA256 = re.compile(r"[0-9a-f]{64}")


def download(repository: str, revision: str, files: Iterable[str], repo_type: str = "model") -> dict[str, Path]:
    """Fetch files of a hub repository into the hub's cache; files that are there already are not fetched again.

    Args:
        revision: A full commit id, so that the content can never change under us.
        files: Only these are fetched, never a pickled checkpoint.
        repo_type: "model" or "dataset".

    Returns:
        Where each file is.

    Raises:
        Unusable: if one of them cannot be fetched.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.errors import HTTPError
    from huggingface_hub.file_download import repo_folder_name

    transports.count_the_hubs()
    sweep(Path(HF_HUB_CACHE, repo_folder_name(repo_id=repository, repo_type=repo_type), "blobs"), "*.incomplete")
    paths = {}
    for file in files:
        try:
            with fetching(file):
                path = hf_hub_download(repository, file, revision=revision, repo_type=repo_type, etag_timeout=5)
            paths[file] = Path(path)
        except (HTTPError, OSError, RuntimeError) as error:
            # The hub's library wraps a failed first request in a LocalEntryNotFoundError.
            raise Unusable(f"{file}: {explain(error.__cause__ or error)}") from error
    return paths


def check_content(path: Path) -> str:
    """Compare a cached file of the hub with its published checksum, and give its sha256.

    The hub's cache names the content of a large file by its published sha256 and links to it. Small
    files are named otherwise, and where links are not possible there is no such name: not compared.

    Raises:
        Unusable: if the content is not what was published.
    """
    # Only the first link: the content itself may be in a store whose names are other hashes.
    published = path.readlink().name if path.is_symlink() else path.name
    actual = checksum(path)
    if SHA256.fullmatch(published) and published != actual:
        raise Unusable(
            f"{path.name} is broken: its sha256 is {actual[:12]}…, but the published one is {published[:12]}…"
        )
    return actual


def checksum(path: Path) -> str:
    """The sha256 of a file, remembered by its path, size and time of change: hashing 268 MB at every run is slow."""
    status = path.stat()
    key = hashlib.sha256(f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}".encode()).hexdigest()
    # A file for each, so that processes that run side by side never write to the same one.
    note = cache_dir("checksums") / key
    remembered = note.read_text(encoding="ascii") if note.exists() else ""
    if SHA256.fullmatch(remembered):
        return remembered
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    write_whole(note, digest.encode())
    return digest


def sweep(folder: Path, parts: str) -> None:
    """Delete what killed downloads left: the libraries name each partial file anew, and never look for an old one.

    Args:
        parts: The pattern of the files' names.
    """
    for part in folder.glob(parts):
        with suppress(OSError):  # another process has just done so, or holds it open
            if time.time() - part.stat().st_mtime > ABANDONED:
                part.unlink()


def discard(paths: Iterable[Path]) -> None:
    """Remove files from a cache together with the content that their links lead to."""
    for path in paths:
        while path.is_symlink():
            target = path.parent / path.readlink()
            path.unlink()
            path = target
        path.unlink(missing_ok=True)
