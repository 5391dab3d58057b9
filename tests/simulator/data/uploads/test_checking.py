"""What can be brought, and what happens to everything else: a clear error, nothing written, the server unharmed."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from simulator.data import own_data, own_examples, uploads
from simulator.data.uploads import checking, zip_file
from simulator.errors import InvalidUpload, SimulatorError
from tests.simulator.brought import (
    csv_bytes,
    encrypted,
    pictures,
    texts,
    zip_bytes,
)
from tests.simulator.data.uploads.conftest import refused
from tests.simulator.data.uploads.test_csv_file import CSV_REFUSED
from tests.simulator.data.uploads.test_zip_file import SKIPPED, ZIP_REFUSED

GOOD = texts()


def test_a_zip_that_is_too_large_is_refused_unread(data_directory: Path) -> None:
    refused(
        b"PK\x03\x04" + b"\0" * 21 * uploads.MIB,
        "pictures.zip",
        "The file has 22.0 MB; a ZIP may have 21.0 MB",
        data_directory,
    )


def test_pictures_are_read_in_a_process_of_their_own() -> None:
    draft = uploads.check("pictures.zip", zip_bytes(pictures()))
    folder = own_data.draft_folder(draft.name)
    labels, _ = own_examples.read_splits(folder)
    stored = own_examples.read_pictures(folder)
    assert stored.shape == (124, 10, 10, 3)
    assert Counter(labels.tolist()) == {0: 62, 1: 62}
    expected = {zip_file.decode(body)[0].tobytes(): str(name).split("/")[0] for name, body in pictures()}
    for array, label in zip(stored, labels, strict=True):
        assert expected[array.tobytes()] == draft.class_names[label]
    assert np.array_equal(own_examples.read_pictures(folder, [5, 100]), stored[[5, 100]])
    with pytest.raises(InvalidUpload, match="encrypted"):
        uploads.check("pictures.zip", encrypted(zip_bytes(pictures(3))))


def test_pictures_are_read_one_upload_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    reading: list[Path] = []

    def read(file: Path, folder: Path) -> Any:
        reading.append(file)
        at_once.append(len(reading))
        assert uploads.must_wait(b"PK") and not uploads.must_wait(b"text,label")
        time.sleep(0.01)
        reading.remove(file)
        raise InvalidUpload("read")

    def bring(student: int) -> None:
        with pytest.raises(InvalidUpload, match="read"):
            uploads.check("pictures.zip", b"PK\x03\x04")

    monkeypatch.setattr(checking, "_in_own_process", read)
    with ThreadPoolExecutor(4) as students:
        list(students.map(bring, range(4)))
    assert at_once == [1] * 4
    assert not uploads.must_wait(b"PK")
    monkeypatch.setattr(checking, "SECONDS_TO_WAIT", 0.01)
    with checking._reading_pictures, pytest.raises(InvalidUpload, match="were not begun"):
        uploads.check("pictures.zip", b"PK\x03\x04")


def test_a_reader_that_takes_too_long_or_dies_is_an_error_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SECONDS_FOR_PICTURES", 0.01)
    with pytest.raises(InvalidUpload, match="took longer"):
        uploads.check("pictures.zip", zip_bytes(pictures(2)))
    monkeypatch.setattr(checking, "SECONDS_FOR_PICTURES", 60)
    monkeypatch.setattr(checking.sys, "executable", "/bin/false")
    with pytest.raises(InvalidUpload, match="could not be read"):
        uploads.check("pictures.zip", zip_bytes(pictures(2)))


WORDS = [f"{letter}{number}" for letter in "abcdefgh" for number in range(8)]


@settings(max_examples=15)
@given(st.lists(st.integers(2, 7), min_size=8, max_size=20), st.integers(0, 9))
def test_near_duplicates_are_counted_and_stay_in_one_split(sizes: list[int], seed: int) -> None:
    shuffle = np.random.default_rng(seed)
    rows = texts(70)
    for number, size in enumerate(sizes):  # families: ten words, of which each member leaves out another
        words = shuffle.choice(WORDS, 10, replace=False).tolist()
        rows += [(" ".join([*words[:n], *words[n + 1 :]]), ("cats", "dogs")[number % 2]) for n in range(size)]
    draft = uploads.check("t.csv", csv_bytes(rows))
    read, _, splits = own_examples.read_texts(own_data.draft_folder(draft.name))
    has = [set(text.lower().split()) for text in read]
    near = [(i, j) for i in range(len(has)) for j in range(i) if len(has[i] & has[j]) / len(has[i] | has[j]) >= 0.6]
    assert [pair for pair in near if splits[pair[0]] != splits[pair[1]]] == []
    assert draft.near_duplicates == len({row for pair in near for row in pair}) >= sum(sizes)


def test_data_that_an_earlier_version_split_is_other_data_where_near_duplicates_move() -> None:
    """Names were made of the content alone; the content of the second file holds near-duplicates."""
    for rows, same in ((GOOD, True), ([*GOOD, *((f"{t} again", y) for t, y in GOOD[:20])], False)):
        draft = uploads.check("t.csv", csv_bytes(rows))
        read, labels, _ = own_examples.read_texts(own_data.draft_folder(draft.name))
        content = json.dumps([draft.class_names, read, labels.tolist()]).encode()
        assert (draft.name == f"own-{hashlib.sha256(content).hexdigest()[:8]}") == same
        assert draft.near_duplicates == (0 if same else 40)


@pytest.mark.usefixtures("in_this_process")
def test_pictures_that_were_saved_again_stay_in_one_split() -> None:
    members, shuffle = pictures(), np.random.default_rng(0)
    for number in range(12):  # smooth pictures, as photographs are: JPEG keeps them
        smooth = Image.fromarray(shuffle.integers(0, 256, (6, 6, 3), dtype=np.uint8)).resize((90, 90))
        for quality in (95, 70, 50):
            out = io.BytesIO()
            smooth.save(out, "JPEG", quality=quality)
            members.append((f"cats/smooth{number}-{quality}.jpg", out.getvalue()))
    draft = uploads.check("p.zip", zip_bytes(members))
    folder = own_data.draft_folder(draft.name)
    _, splits = own_examples.read_splits(folder)
    stored = own_examples.read_pictures(folder).astype(float)
    apart = np.sqrt(((stored[:, None, ::8, ::8] - stored[None, :, ::8, ::8]) ** 2).mean(axis=(2, 3, 4)))
    near = [(i, j) for i, j in np.argwhere(apart < 20) if i != j]  # noise is more than 100 from other noise
    assert draft.near_duplicates == len({i for i, _ in near}) == 36
    assert [(i, j) for i, j in near if splits[i] != splits[j]] == []


def test_equal_files_give_equal_drafts_and_others_do_not() -> None:
    first, again = (uploads.check("t.csv", csv_bytes(GOOD)) for _ in range(2))
    assert (first.name, first.counts) == (again.name, again.counts)
    assert uploads.check("t.csv", csv_bytes(texts(71))).name != first.name


def test_a_whole_class_can_check_the_same_file_at_once(data_directory: Path) -> None:
    others = [csv_bytes(texts(71 + n)) for n in range(8)]
    with ThreadPoolExecutor(8) as students:
        same = list(students.map(lambda n: uploads.check(f"{n}.csv", csv_bytes(GOOD)), range(16)))
        list(students.map(lambda content: uploads.check("t.csv", content), others))
    assert len({draft.name for draft in same}) == 1
    assert len(own_examples.read_texts(own_data.draft_folder(same[0].name))[0]) == 140
    assert {p.name[:4] for p in (data_directory / "own-drafts").iterdir()} == {"own-"}  # nothing half done is left


def test_of_a_class_that_keeps_the_same_file_at_once_one_does_and_the_others_are_told() -> None:
    draft = uploads.check("t.csv", csv_bytes(GOOD))
    messages = []

    def press(student: int) -> None:
        try:
            messages.append(own_data.keep(draft.name, f"Pets {student}").title)
        except SimulatorError as refused:
            messages.append(refused.message)

    with ThreadPoolExecutor(8) as students:
        list(students.map(press, range(8)))
    [kept] = own_data.listed()
    assert kept.title in messages
    assert messages.count(f"The same data is here already: {kept.title}.") == 7
    assert len(own_examples.read_texts(own_data.folder_of(kept.name))[0]) == 140


def test_equal_content_from_another_file_is_described_as_the_latest_file() -> None:
    first = uploads.check("first.csv", csv_bytes(GOOD))
    again = uploads.check("second.csv", csv_bytes([*GOOD, ("", "cats")]))
    assert (again.name, again.file_name, len(again.skipped)) == (first.name, "second.csv", 1)
    assert own_data.record(again.name, own_data.draft_folder(again.name)) == again


def test_what_a_file_is_called_is_never_a_path(data_directory: Path) -> None:
    draft = uploads.check("../../../<b>evil</b>.csv", csv_bytes(GOOD))
    assert draft.file_name.endswith("b evil /b .csv")
    assert {p.name for p in data_directory.iterdir()} == {"own", "own-drafts"}
    assert [p.name for p in (data_directory / "own-drafts").iterdir()] == [draft.name]
    with pytest.raises(SimulatorError, match="not the name of an own data set"):
        own_data.folder_of("own-../../etc")


def test_there_are_enough_hostile_files() -> None:
    assert len(CSV_REFUSED) + len(ZIP_REFUSED) + len(SKIPPED) >= 40
