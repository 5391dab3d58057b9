"""What can be brought, and what happens to everything else: a clear error, nothing written, the server unharmed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from simulator.data import own_data, own_examples, uploads
from simulator.data.uploads import checking, csv_file, zip_file
from simulator.data.uploads.csv_file import MOST_TOKENS, plain, typical_tokens
from simulator.engine.datasets import load
from simulator.engine.models import images
from simulator.engine.models.text import MAX_TOKENS
from simulator.engine.models.weights import find
from simulator.errors import InvalidUpload, SimulatorError
from simulator.runs.forecast.workload import TOKENS
from tests.simulator.brought import (
    animated,
    csv_bytes,
    encrypted,
    huge_png,
    link,
    lying_about_size,
    picture,
    pictures,
    text,
    texts,
    unmarked,
    zip_bytes,
)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are read here, for speed; ``test_pictures_are_read_in_a_process_of_their_own`` does it as the app."""

    def read(file: Path, folder: Path) -> Any:
        return json.loads(json.dumps(zip_file.read(file, folder)))

    monkeypatch.setattr(checking, "_in_own_process", read)


GOOD = texts()
CSV_REFUSED = {
    "empty": (b"", "empty"),
    "only a heading": (b"text,label\n", "no usable examples"),
    "no heading": (csv_bytes(GOOD)[11:], "not both in the heading"),
    "first line empty": (b"\n" + csv_bytes(GOOD), "first line is empty"),
    "only blanks": (b"\n\n \n", "first line is empty"),
    "only a mark": (b"\xef\xbb\xbf", "first line is empty"),
    "a column's name in quotes with a comma": (csv_bytes(GOOD, '"a,text",label'), "not both in the heading"),
    "a column's name with a line separator": (csv_bytes(GOOD, "text,label\u2028foo"), "not both in the heading"),
    "a heading that is never closed": (b'"text,label\n' + csv_bytes(GOOD), "not both in the heading"),
    "5 MB of empty lines": (b"text,label\n" + b"\n" * 5_000_000, "more than 200,000 lines"),
    "no label column": (csv_bytes(GOOD, "text,class"), "not both in the heading"),
    "no text column": (csv_bytes(GOOD, "review,label"), "not both in the heading"),
    "a column twice": (csv_bytes(GOOD, "text,label,label"), "there twice"),
    "one class": (csv_bytes(texts(classes=["cats"])), "only one class: 'cats'"),
    "a thousand classes": (csv_bytes((f"t{i}", f"class {i % 1000}") for i in range(12_000)), "1,000 classes"),
    "21 classes": (csv_bytes(texts(12, [f"c{i}" for i in range(21)])), "21 classes"),
    "few of a class": (csv_bytes([*GOOD, ("rare", "birds")]), "birds has 1"),
    "few in all": (csv_bytes(texts(15)), "at least 120"),
    "all rows alike": (csv_bytes([("same", "cats"), ("same", "cats")] * 100), "only one class|cats has 1"),
    "every text with two labels": (csv_bytes([("a", "cats"), ("a", "dogs")] * 100), "no usable"),
    "NUL bytes": (csv_bytes(GOOD) + b"\0", "NUL"),
    "UTF-16 cut off": (csv_bytes(GOOD).decode().encode("utf-16")[:-1], "mark of UTF-16 and is not UTF-16"),
    "UTF-32 cut off": (csv_bytes(GOOD).decode().encode("utf-32")[:-1], "mark of UTF-32 and is not UTF-32"),
    "UTF-16 with a NUL": ((csv_bytes(GOOD).decode() + "\0").encode("utf-16"), "NUL"),
    "UTF-16 without mark": ("text,label\nabc,cats".encode("utf-16-le"), "UTF-16 or UTF-32 without the mark"),
    "UTF-32 without mark": ("text,label\nabc,cats".encode("utf-32-be"), "UTF-16 or UTF-32 without the mark"),
    "no labels": (csv_bytes((f"text {i}", "") for i in range(9)), r"Left out: 9 \(no label: line 2, line 3\)\."),
    "many reasons": (
        csv_bytes([("a", "")] * 3 + [("", "cats")] * 2) + b"\nonly text\n",
        r"no usable examples. Left out: 3 \(no label: .*\); 2 \(no text: .*\); 1 \(fewer cells .*: line 7\)\.",
    ),
    "one class left": (csv_bytes([*texts(70, ["cats"]), ("x", "")]), r"'cats'. Left out: 1 \(no label: line 72\)"),
    "noise": (bytes(np.random.default_rng(0).integers(1, 256, 5_000, dtype=np.uint8)), "control characters"),
    "a PNG": (picture(0), "PNG picture"),
    "a JPEG": (picture(0, format="JPEG"), "JPEG picture"),
    "a GIF": (picture(0, "P", format="GIF"), "GIF picture"),
    "a PDF": (b"%PDF-1.7 text,label", "a PDF"),
    "a program": (b"\x7fELF text,label", "a program"),
    "gzip": (b"\x1f\x8b text,label", "gzip"),
    "open quote": (csv_bytes(GOOD) + b'\n"never closed,cats', "not proper CSV"),
    "text after a quote": (csv_bytes(GOOD) + b'\n"a"b,cats', "not proper CSV"),
    "an endless cell": (csv_bytes([*GOOD, ("x" * 200_000, "cats")]), "field larger"),
    "too many rows": (csv_bytes((f"{i}", "ab"[i % 2]) for i in range(20_100)), "more than 20,000"),
    "too large": (b"text,label\n" + b"a,b\n" * 1_400_000, "5 MB"),
    "labels alike but for capitals": (csv_bytes([*GOOD, *((f"Other {i}", "Cats") for i in range(30))]), "differ only"),
    "labels alike on the screen": (csv_bytes(texts(classes=["C", "C#"])), "differ only"),
    "labels without letters": (csv_bytes(texts(classes=["###", "***"])), "no usable"),
}


@pytest.mark.parametrize("name", CSV_REFUSED)
def test_a_csv_that_cannot_be_used_is_refused_with_the_reason(name: str, data_directory: Path) -> None:
    content, said = CSV_REFUSED[name]
    refused(content, "table.csv", said, data_directory)


def refused(content: bytes, file_name: str, said: str, data_directory: Path) -> None:
    before = set(data_directory.parent.rglob("*"))
    with pytest.raises(InvalidUpload) as problem:
        uploads.check(file_name, content)
    assert re.search(said, problem.value.message), problem.value.message
    assert problem.value.advice
    left = set(data_directory.parent.rglob("*")) - before - {data_directory, data_directory / "own-drafts"}
    assert not left


def many(name: str, count: int) -> list:
    return [(f"{name}{i}", b"x") for i in range(count)]


ZEROS = zip_bytes([("cats/0.png", b"\0" * 30_000_000)])
ZIP_REFUSED = {
    "empty zip": (zip_bytes([]), "no usable examples"),
    "a byte lost": (zip_bytes(pictures())[:2] + zip_bytes(pictures())[3:], "broken"),
    "not a zip": (b"PK\x03\x04 but nothing more", "broken"),
    "called zip": (b"hello", "broken"),
    "half a zip": (zip_bytes(pictures())[:5_000], "broken"),
    "path that leads out": (zip_bytes([*pictures(), ("../../cats/evil.png", picture(1))]), "leads out"),
    "path that leads out in the middle": (zip_bytes([("a/../../x.png", picture(1))]), "leads out"),
    "path that leads out, Windows": (zip_bytes([("cats\\..\\..\\x.png", picture(1))]), "leads out"),
    "absolute path": (zip_bytes([("/etc/cron.d/x.png", picture(1))]), "absolute"),
    "drive": (zip_bytes([("C:\\cats\\x.png", picture(1))]), "absolute"),
    "network path": (zip_bytes([("\\\\server\\cats\\x.png", picture(1))]), "absolute"),
    "link": (zip_bytes([*pictures(), (link("cats/x.png"), b"/etc/passwd")]), "symbolic link"),
    "link to a folder": (zip_bytes([(link("cats"), b"/etc")]), "symbolic link"),
    "encrypted": (encrypted(zip_bytes(pictures(3))), "encrypted"),
    "nested": (zip_bytes([*pictures(), ("cats/more.zip", zip_bytes(pictures(2)))]), "another archive"),
    "nested tar": (zip_bytes([("cats/more.tar.gz", b"x")]), "another archive"),
    "bomb by ratio": (ZEROS, "hundredfold"),
    "bomb by declared size": (lying_about_size(zip_bytes(pictures(3), zipfile.ZIP_STORED), 2**32 - 2), "hundredfold"),
    "bomb by sum": (zip_bytes([(f"c/{i}.png", b"\0" * 1_000_000) for i in range(250)]), "Unpacked"),
    "size said too small": (lying_about_size(zip_bytes(pictures(3)), 20), "broken"),
    "bzip2": (zip_bytes(pictures(3), zipfile.ZIP_BZIP2), "method other than deflate"),
    "lzma": (zip_bytes(pictures(3), zipfile.ZIP_LZMA), "method other than deflate"),
    "wrong checksum": (zip_bytes(pictures(3), zipfile.ZIP_STORED).replace(b"IEND", b"IENX", 1), "broken"),
    "too many entries": (zip_bytes(many("cats/", 10_001)), "10,001 entries"),
    "no folders": (
        zip_bytes([(f"{i}.png", picture(i)) for i in range(5)]),
        r"no usable examples. Left out: 5 \(in no class folder: 0.png, 1.png\)",
    ),
    "one class": (zip_bytes(pictures(15, ["cats"])), "only one class"),
    "a thousand classes": (zip_bytes((f"c{i}/0.png", picture(i)) for i in range(1000)), "1,000 classes"),
    "few of a class": (zip_bytes([*pictures(), ("birds/0.png", picture(9_999))]), "birds has 1"),
    "only copies": (zip_bytes((f"{c}/{i}.png", picture(ord(c))) for c in "ab" for i in range(70)), "has 1"),
    "only macOS forks": (zip_bytes((f"__MACOSX/cats/._{i}.png", b"x") for i in range(9)), "no usable"),
    "only GIFs": (
        zip_bytes((f"{c}/{i}.png", picture(i, "P", format="GIF")) for c in "ab" for i in range(9)),
        "no usable",
    ),
    "Excel": (zip_bytes([("xl/workbook.xml", b"<x/>"), ("[Content_Types].xml", b"<x/>")]), "no usable"),
}


@pytest.mark.parametrize("name", ZIP_REFUSED)
@pytest.mark.usefixtures("in_this_process")
def test_a_zip_that_cannot_be_used_is_refused_with_the_reason(name: str, data_directory: Path) -> None:
    content, said = ZIP_REFUSED[name]
    refused(content, "pictures.zip", said, data_directory)


def test_a_zip_that_is_too_large_is_refused_unread(data_directory: Path) -> None:
    refused(b"PK\x03\x04" + b"\0" * 21 * uploads.MB, "pictures.zip", "20 MB", data_directory)


SKIPPED = {
    "._0.png": (b"resource fork", "operating system"),
    ".DS_Store": (b"x", "operating system"),
    "notes.txt": (b"x", "not called"),
    "truncated.png": (picture(1)[:200], "broken picture"),
    "noise.png": (b"\x89PNG\r\n\x1a\n" + bytes(200), "no PNG or JPEG|broken"),
    "gif.png": (picture(1, "P", format="GIF"), "really a GIF"),
    "webp.jpg": (picture(1, format="WEBP"), "really a WebP"),
    "bmp.png": (picture(1, format="BMP"), "really a BMP"),
    "tiff.png": (picture(1, format="TIFF"), "really a TIFF"),
    "svg.png": (b"<svg onload='alert(1)'/>", "really an SVG"),
    "html.jpg": (b"<script>alert(1)</script>", "no PNG or JPEG"),
    "zip.png": (zip_bytes([("a", b"b")]), "really a ZIP"),
    "empty.png": (b"", "no PNG or JPEG"),
    "animated.png": (animated(), "animated"),
    "wide.png": (huge_png(30_000, 30_000), "million pixels"),
    "large.png": (huge_png(6_000, 5_000), "million pixels"),
    "line.png": (picture(1, size=(50, 2)), "less than 4 pixels"),
    "copy.png": (picture(0), "same as an earlier"),
}


@pytest.mark.parametrize("name", SKIPPED)
@pytest.mark.usefixtures("in_this_process")
def test_a_file_in_a_zip_that_is_no_picture_is_skipped_with_the_reason(name: str) -> None:
    content, reason = SKIPPED[name]
    draft = uploads.check("pictures.zip", zip_bytes([*pictures(), (f"cats/{name}", content)]))
    assert sum(map(sum, draft.counts)) == 124
    assert [s.count for s in draft.skipped] == [1]
    assert re.search(reason, draft.skipped[0].reason), draft.skipped[0].reason
    assert plain(name) in draft.skipped[0].first[0]


GOOD_PICTURES = {
    "JPEG": picture(1, format="JPEG"),
    "JPEG in shades of grey": picture(1, "L", format="JPEG"),
    "JPEG for print": picture(1, "CMYK", format="JPEG"),
    "JPEG called png": picture(1, format="JPEG"),
    "PNG, grey": picture(1, "L"),
    "PNG, black and white": picture(1, "1"),
    "PNG, 16 bits": picture(1, "I;16"),
    "PNG, transparent": picture(1, "RGBA"),
    "PNG, grey and transparent": picture(1, "LA"),
    "PNG, palette": picture(1, "P"),
    "large": picture(1, size=(900, 700)),
    "small": picture(1, size=(4, 4)),
}


@pytest.mark.parametrize("name", GOOD_PICTURES)
def test_every_usual_kind_of_picture_becomes_a_square_of_three_colours(name: str) -> None:
    array, reason = zip_file.decode(GOOD_PICTURES[name])
    side = {"large": 64, "small": 4}.get(name, 10)
    assert reason == ""
    assert array is not None and array.shape == (side, side, 3) and array.dtype == np.uint8
    assert array.std() > 1  # not one flat colour


def test_a_picture_keeps_its_colours_and_clear_parts_become_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (200, 10, 30, 0)).save(out, "PNG")
    assert (zip_file.decode(out.getvalue())[0] == 255).all()
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 10, 30)).save(out, "PNG")
    assert (zip_file.decode(out.getvalue())[0] == (200, 10, 30)).all()


@pytest.mark.parametrize("width", [32, 39])
@pytest.mark.usefixtures("in_this_process")
def test_pictures_that_are_small_reach_the_models_as_they_are(width: int) -> None:
    brought = [(f"{'ab'[i % 2]}/{i}.png", picture(i, size=(width, 32))) for i in range(124)]
    kept = own_data.keep(uploads.check("small.zip", zip_bytes(brought)).name, "Small ones")
    left = (width - 32) // 2
    originals = {np.asarray(Image.open(io.BytesIO(b)))[:, left : left + 32].tobytes() for _, b in brought}
    train = load(kept.name).train.inputs
    assert {picture.tobytes() for picture in np.asarray(train)} < originals
    pixels = images.make_encoder(np.asarray(train), [], find("resnet18", "scratch"), Path(), 32)(train[:5])["pixels"]
    seen = (pixels * images.STD + images.MEAN).permute(0, 2, 3, 1) * 255
    assert np.array_equal(seen.round(), train[:5])
    assert not kept.notes


@pytest.mark.usefixtures("in_this_process")
def test_pictures_of_many_sizes_are_kept_as_large_as_the_largest() -> None:
    brought = [*pictures(), ("cats/large.png", picture(7, size=(48, 50)))]
    draft = uploads.check("mixed.zip", zip_bytes(brought))
    assert own_examples.read_pictures(own_data.draft_folder(draft.name)).shape == (125, 48, 48, 3)
    assert draft.notes == ("124 smaller pictures were enlarged to 48 x 48 pixels, the size of the largest.",)


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
@pytest.mark.usefixtures("in_this_process")
def test_names_that_do_not_say_how_they_are_encoded_are_read_or_doubted(encoding: str) -> None:
    members = [(unmarked(str(name).replace("cats", "K\u00e4tzchen").encode(encoding)), b) for name, b in pictures()]
    draft = uploads.check("pictures.zip", zip_bytes(members))
    assert draft.class_names == ("K\u00e4tzchen", "dogs")
    assert ["cp437" in note for note in draft.notes] == [True] * (encoding == "cp437")


@pytest.mark.usefixtures("in_this_process")
def test_windows_folders_unicode_names_and_outer_folders_are_understood() -> None:
    folders = {"cats": "animals/K\u00e4tzchen \u732b/", "dogs": "animals\\dogs\\"}
    renamed = [(folders[str(name)[:4]] + str(name)[5:], body) for name, body in pictures()]
    draft = uploads.check("pictures.zip", zip_bytes(renamed))
    assert set(draft.class_names) == {"K\u00e4tzchen \u732b", "dogs"}
    assert "folders above were ignored" in draft.notes[0]
    assert not draft.skipped


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


def read_by_a_process(before: str, tmp_path: Path) -> dict[str, Any]:
    """What the reader of pictures answers after some lines of Python."""
    file = tmp_path / "pictures.zip"
    file.write_bytes(zip_bytes(pictures(5)))
    code = f"{before}\nfrom simulator.data.uploads import zip_file\nzip_file.main()"
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, str(file), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread, timeout=60)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_pictures_are_read_where_less_than_the_usual_memory_is_allowed(tmp_path: Path) -> None:
    before = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))"
    assert len(read_by_a_process(before, tmp_path)["labels"]) == 10


@pytest.mark.parametrize("free_mb", [100, 100_000])
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_the_reader_is_allowed_no_more_than_what_is_free(free_mb: int, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.getrlimit", lambda what: (-1, -1))
    monkeypatch.setattr("resource.setrlimit", lambda what, limit: limits.append(limit))
    monkeypatch.setattr(zip_file, "available_memory_mb", lambda: free_mb)
    monkeypatch.setattr(zip_file.psutil.Process, "memory_info", lambda self: SimpleNamespace(vms=300 * uploads.MB))
    zip_file.limit_memory()
    assert limits == [(min(300 + free_mb, 2048) * uploads.MB, -1)]


def test_where_such_a_limit_is_refused_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS answers setrlimit(RLIMIT_AS) with ValueError."""

    def refuse(what: int, limit: tuple[int, int]) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr("resource.setrlimit", refuse, raising=False)
    monkeypatch.setattr(zip_file.sys, "platform", "darwin")
    zip_file.limit_memory()


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


ENCODED = {
    "utf-8": ("utf-8", "Caf\u00e9 \u732b", 0),
    "utf-8 with mark": ("utf-8-sig", "Caf\u00e9 \u732b", 0),
    "latin-1": ("latin-1", "Caf\u00e9", 1),
    "utf-16": ("utf-16", "Caf\u00e9 \u732b", 0),
    "utf-16, big end first": ("utf-16-be", "Caf\u00e9 \u732b", 0),
    "utf-32": ("utf-32", "Caf\u00e9 \u732b", 0),
    "utf-32, big end first": ("utf-32-be", "Caf\u00e9 \u732b", 0),
    "windows": ("cp1252", "\u201eCaf\u00e9\u201c", 1),
}


@pytest.mark.parametrize("name", ENCODED)
def test_encodings_are_recognised_and_a_guess_is_said(name: str) -> None:
    encoding, word, notes = ENCODED[name]
    mark = "\ufeff" if encoding.endswith("-be") else ""
    content = (mark + csv_bytes([(f"{word} {i}", "ab"[i % 2]) for i in range(140)]).decode()).encode(encoding)
    draft = uploads.check("t.csv", content)
    assert len([n for n in draft.notes if "Latin-1" in n]) == notes
    marked = [n for n in draft.notes if "as the mark at its beginning says" in n]
    assert bool(marked) == encoding.startswith(("utf-16", "utf-32"))
    read, _, _ = own_examples.read_texts(own_data.draft_folder(draft.name))
    assert f"{word} 7" in read


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_recognised(separator: str) -> None:
    draft = uploads.check("t.csv", csv_bytes(GOOD, f"Text{separator}LABEL", separator))
    assert sum(map(sum, draft.counts)) == 140
    assert len(draft.notes) == (separator != ",")


ROWS_SKIPPED = {
    "": "empty row",
    ",": "empty row",
    ",cats": "no text",
    '"  ",cats': "no text",
    "a text,": "no label",
    "one cell": "fewer cells",
    "an, unquoted, comma, cats": "more cells",
    "a text," + "x" * 41: "more than 40 characters",
    f"{text('cats', 3)},cats": "same as an earlier",
    f"{text('cats', 3).upper().replace(' ', '  ')},cats": "same as an earlier",
}


@pytest.mark.parametrize("row", ROWS_SKIPPED)
def test_a_row_that_cannot_be_used_is_skipped_with_its_line_and_the_reason(row: str) -> None:
    draft = uploads.check("t.csv", csv_bytes(GOOD) + b"\n" + row.encode() + b"\n")
    assert sum(map(sum, draft.counts)) == 140
    if row or draft.skipped:
        assert ROWS_SKIPPED[row] in draft.skipped[0].reason
        assert draft.skipped[0].first == ("line 142",)


def test_headings_are_read_as_the_rows_are() -> None:
    for heading in ('"text","label"', " Text , LABEL ", 'text,label,"a, note"', '"a\nnote",label,text'):
        cells = next(csv.reader(io.StringIO(heading)))
        rows = [[text if c.strip().lower() == "text" else label for c in cells] for text, label in GOOD]
        content = "\n".join([heading, *(",".join(row) for row in rows)]).encode()
        assert sum(map(sum, uploads.check("t.csv", content).counts)) == 140, heading


def test_of_what_is_skipped_only_counts_and_the_first_places_are_kept() -> None:
    found = csv_file.read(csv_bytes(GOOD) + b"\n" * 100_000 + b",cats\n" * 1_000)
    assert found.skipped.counts == {"empty row": 99_999, "no text": 1_000}
    assert [len(places) for places in found.skipped.first.values()] == [5, 5]
    assert found.skipped.first["empty row"][0] == "line 142"


def test_a_text_with_two_labels_is_left_out_wholly() -> None:
    draft = uploads.check("t.csv", csv_bytes([*GOOD, (text("cats", 3), "dogs")]))
    assert draft.counts == uploads.check("t.csv", csv_bytes([r for r in GOOD if "cats number 3 " not in r[0]])).counts
    assert draft.skipped[0].count == 2


def test_formulas_stay_text_and_labels_lose_what_a_screen_would_act_on() -> None:
    rows = [(f"=cmd|' {i}'!A{i}", "[cats](http://x)") for i in range(70)] + texts(70, ["@dogs"])
    draft = uploads.check("t.csv", csv_bytes(rows))
    read, labels, _ = own_examples.read_texts(own_data.draft_folder(draft.name))
    assert draft.class_names == ("@dogs", "cats (http //x)")
    assert "=cmd|' 3'!A3" in [t for t, y in zip(read, labels, strict=True) if y == 1]


def test_no_example_is_in_two_splits_and_every_class_is_in_all() -> None:
    rows = texts(40, ["a", "b", "c"])
    draft = uploads.check("t.csv", csv_bytes([*rows, *rows, *((t.upper(), y) for t, y in rows)]))
    read, labels, splits = own_examples.read_texts(own_data.draft_folder(draft.name))
    assert len({t.casefold() for t in read}) == len(read) == 120
    assert draft.counts == ((24, 6, 10),) * 3
    assert Counter(zip(labels.tolist(), splits.tolist(), strict=True)) == {
        (c, s): draft.counts[c][s] for c in range(3) for s in range(3)
    }
    assert sum(s.count for s in draft.skipped) == 240


WORDS = [f"{letter}{number}" for letter in "abcdefgh" for number in range(8)]


@settings(deadline=None, max_examples=15)
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


def test_examples_that_hardly_differ_are_refused_with_the_reason(data_directory: Path) -> None:
    alike = [(f"The cats number {i} ran over the hill", "cats") for i in range(70)]
    with pytest.raises(InvalidUpload, match=r"70 of 140 examples are near-duplicates .* no three parts of cats"):
        uploads.check("t.csv", csv_bytes([*alike, *texts(70, ["dogs"])]))
    half = [(f"{text('cats', i % 2)} {i}", "cats") for i in range(60)]
    with pytest.raises(InvalidUpload, match=r"only \d+ examples for training|no three parts of cats"):
        uploads.check("t.csv", csv_bytes([*half, *texts(60, ["dogs"])]))


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
    said = []

    def press(student: int) -> None:
        try:
            said.append(own_data.keep(draft.name, f"Pets {student}").title)
        except SimulatorError as refused:
            said.append(refused.message)

    with ThreadPoolExecutor(8) as students:
        list(students.map(press, range(8)))
    [kept] = own_data.listed()
    assert kept.title in said
    assert said.count(f"The same data is here already: {kept.title}.") == 7
    assert len(own_examples.read_texts(own_data.folder_of(kept.name))[0]) == 140


def test_equal_content_from_another_file_is_described_as_the_latest_file() -> None:
    first = uploads.check("first.csv", csv_bytes(GOOD))
    again = uploads.check("second.csv", csv_bytes([*GOOD, ("", "cats")]))
    assert (again.name, again.file_name, len(again.skipped)) == (first.name, "second.csv", 1)
    assert own_data.record(again.name, own_data.draft_folder(again.name)) == again


@pytest.mark.parametrize("name", ["docstrings", "reviews_topic"])
def test_typical_tokens_come_near_to_what_the_shipped_texts_have(
    name: str, with_docstrings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(with_docstrings))
    assert typical_tokens(load(name).train.inputs) == pytest.approx(TOKENS[name], rel=0.3)


def test_the_limit_of_tokens_is_the_models() -> None:
    assert MOST_TOKENS == MAX_TOKENS


def test_what_a_file_is_called_is_never_a_path(data_directory: Path) -> None:
    draft = uploads.check("../../../<b>evil</b>.csv", csv_bytes(GOOD))
    assert draft.file_name.endswith("b evil /b .csv")
    assert {p.name for p in data_directory.iterdir()} == {"own", "own-drafts"}
    assert [p.name for p in (data_directory / "own-drafts").iterdir()] == [draft.name]
    with pytest.raises(SimulatorError, match="no name of an own data set"):
        own_data.folder_of("own-../../etc")


def test_there_are_enough_hostile_files() -> None:
    assert len(CSV_REFUSED) + len(ZIP_REFUSED) + len(SKIPPED) >= 40
