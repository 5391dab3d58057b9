"""From an uploaded file to checked examples: CSV files of texts, ZIP files of pictures in class folders.

Whatever is in the file, :func:`check` gives a draft or raises a SimulatorError, and writes nowhere but into
the folder of drafts. What a file is called is never believed, and never becomes part of a path.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from simulator.data import near_duplicates, own_data, own_examples
from simulator.data.own_data import OwnData
from simulator.data.uploads import csv_file
from simulator.data.uploads.classes import SPLIT_SEED, drop_duplicates, grouped, number_classes, split
from simulator.data.uploads.csv_file import Skips, plain
from simulator.errors import InvalidUpload
from simulator.figures import numbers
from simulator.host.paths import PACKAGE, data_dir

MIB = 2**20
MOST_CSV_BYTES, MOST_ZIP_BYTES = 5 * MIB, 20 * MIB
SECONDS_FOR_TEXTS, SECONDS_FOR_PICTURES, SECONDS_TO_WAIT = 120, 120, 300
DRAFT_SECONDS = 24 * 3600
MAGIC = {
    b"PK\x03\x04": "a ZIP or an Excel file",
    b"PK\x05\x06": "an empty ZIP",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file",
}

_reading_pictures = threading.BoundedSemaphore(1)
"""Each ZIP is read by a process of up to 2 GiB: a class that brings its pictures all at once takes turns."""


def check(file_name: str, content: bytes) -> OwnData:
    """Check a file and keep what is good in it as a draft; :func:`simulator.data.own_data.keep` then gives it a title.

    Args:
        file_name: Only shown; what is in the file decides what it is.
        content: The whole file.

    Raises:
        InvalidUpload: with what is wrong and how to mend it.
    """
    drop_old_drafts()
    if not content:
        raise InvalidUpload("The file is empty.", "Choose a CSV file, or a ZIP file of pictures.")
    is_zip = content.startswith(b"PK") or file_name.lower().endswith(".zip")
    limit = MOST_ZIP_BYTES if is_zip else MOST_CSV_BYTES
    if len(content) > limit:
        raise InvalidUpload(
            f"The file has {numbers.size(len(content))}; "
            f"{'a ZIP' if is_zip else 'a CSV'} may have {numbers.size(limit)}.",
            "Leave examples out, or make the pictures smaller: they are shrunk to at most 64 x 64 pixels anyway.",
        )
    with tempfile.TemporaryDirectory(dir=data_dir("own-drafts"), prefix="upload-") as place:
        folder = Path(place) / "checked"
        folder.mkdir()
        draft = _pictures(content, folder) if is_zip else _texts(content, folder)
        return _as_draft(draft, folder, file_name)


def must_wait(content: bytes) -> bool:
    """Whether checking this file begins only when another student's pictures are read."""
    free = _reading_pictures.acquire(blocking=False)
    if free:
        _reading_pictures.release()
    return content.startswith(b"PK") and not free


@dataclass(frozen=True)
class Checked:
    """The result of checking a file: its examples are in the folder, and this describes them."""

    kind: Any
    classes: tuple[str, ...]
    labels: list[int]
    splits: list[int]
    near_duplicates: int
    digest: str
    tokens: int
    skipped: Skips
    notes: list[str]


def _texts(content: bytes, folder: Path) -> Checked:
    for magic, kind in MAGIC.items():
        if content.startswith(magic):
            raise InvalidUpload(f"This is {kind}, not a CSV file.", "Save the table as CSV (UTF-8) and upload that.")
    read = csv_file.read(content)
    kept = drop_duplicates(read)
    classes, labels = number_classes(kept.labels, kept.skipped)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    texts, labels = [kept.inputs[i] for i in order], [labels[i] for i in order]
    groups = _groups_of(texts)
    splits, near = split(classes, labels, groups), near_duplicates.grouped(groups)
    own_examples.write_texts(folder, texts, labels, splits)
    digest = digest_of([classes, texts, labels], splits, near)
    tokens = csv_file.typical_tokens(texts)
    return Checked("text", classes, labels, splits, near, digest, tokens, kept.skipped, kept.notes)


def _groups_of(texts: list[str]) -> np.ndarray:
    """The groups of near-duplicates, [examples], found in a process of its own: words can be chosen to take minutes."""
    command = [sys.executable, "-P", near_duplicates.__file__]  # as a file: it needs nothing of this package
    try:
        done = subprocess.run(
            command,
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            timeout=SECONDS_FOR_TEXTS,
            cwd=PACKAGE.parent,
        )
    except subprocess.TimeoutExpired:
        raise InvalidUpload(
            f"Comparing the texts with one another took longer than {SECONDS_FOR_TEXTS} s.",
            "Upload fewer or shorter texts.",
        ) from None
    if done.returncode != 0:
        raise InvalidUpload(
            f"The texts could not be compared within this server's limits ({_last_words(done)}).",
            "Upload fewer or shorter ones.",
        )
    return np.array(json.loads(done.stdout), dtype=np.int64)


def _pictures(content: bytes, folder: Path) -> Checked:
    """The ZIP is opened in a process of its own, with limits, one at a time: here it is only bytes."""
    file = folder.parent / "upload.zip"
    file.write_bytes(content)
    if not _reading_pictures.acquire(timeout=SECONDS_TO_WAIT):
        raise InvalidUpload(
            f"Pictures of others have been read for {SECONDS_TO_WAIT} s, and yours were not begun.",
            "Choose the file again in a few minutes.",
        )
    try:
        found = _in_own_process(file, folder)
    finally:
        _reading_pictures.release()
    skipped = Skips(Counter(found["skipped"]["counts"]), found["skipped"]["first"])
    classes, labels = number_classes(found["labels"], skipped)
    groups = np.array(found["groups"], dtype=np.int64)
    splits, near = split(classes, labels, groups), near_duplicates.grouped(groups)
    own_examples.write_splits(folder, labels, splits)
    digest = digest_of([classes, found["digest"], labels], splits, near)
    return Checked("image", classes, labels, splits, near, digest, 0, skipped, found["notes"])


def digest_of(content: list[Any], splits: list[int], near: int) -> str:
    """What the data is named after: its content, and its splits where near-duplicates decided them.

    So data that an earlier version split, and the teachers trained on it, are never taken for it.
    """
    return hashlib.sha256(json.dumps([*content, splits] if near else content).encode()).hexdigest()


def _in_own_process(file: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "simulator.data.uploads.zip_file", str(file), str(folder)]
    # one thread, for each would reserve memory
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS_FOR_PICTURES,
            cwd=PACKAGE.parent,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise InvalidUpload(
            f"Reading the pictures took longer than {SECONDS_FOR_PICTURES} s.", "Upload fewer or smaller pictures."
        ) from None
    if done.returncode != 0:
        raise InvalidUpload(
            f"The pictures could not be read within this server's limits ({_last_words(done)}).",
            "Upload fewer or smaller ones.",
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if "message" in answer:
        raise InvalidUpload(answer["message"], answer["advice"])
    return answer


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip().splitlines() or ["no message"])[-1][:200]


def _as_draft(checked: Checked, folder: Path, file_name: str) -> OwnData:
    counts = Counter(zip(checked.labels, checked.splits, strict=True))
    draft = OwnData(
        name=f"own-{checked.digest[:8]}",
        kind=checked.kind,
        file_name=plain(file_name)[-60:],
        class_names=checked.classes,
        counts=tuple((counts[c, 0], counts[c, 1], counts[c, 2]) for c in range(len(checked.classes))),
        tokens=checked.tokens,
        near_duplicates=checked.near_duplicates,
        skipped=tuple(grouped(checked.skipped)),
        notes=tuple(checked.notes),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    _put(folder, draft)
    return draft


def _put(checked: Path, draft: OwnData) -> None:
    """Move checked examples to where drafts wait for their names.

    Equal content that waits there already stays, for others may be looking at it; only its description is renewed.
    """
    target = own_data.draft_folder(draft.name)
    with own_data.moving:
        if own_data.record(draft.name, target) is not None:
            own_data.describe(target, draft)  # this also makes the draft young again
            return
        shutil.rmtree(target, ignore_errors=True)  # a broken one
        own_data.describe(checked, draft)
        checked.rename(target)


def drop_old_drafts() -> None:
    """Delete checked data that nobody has kept for a day, and what a check that was broken off has left."""
    with own_data.moving:
        for folder in data_dir("own-drafts").iterdir():
            with suppress(FileNotFoundError):  # the folder of another student's check, which has ended meanwhile
                if time.time() - folder.stat().st_mtime > DRAFT_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
