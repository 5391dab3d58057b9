"""ZIP files of pictures: what is read, what is skipped and why, and what is refused."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from simulator.data import own_data, own_examples, uploads
from simulator.data.uploads import zip_file
from simulator.data.uploads.csv_file import plain
from simulator.engine.datasets import load
from simulator.engine.models import images
from simulator.engine.models.weights import find
from tests.simulator.brought import (
    animated,
    encrypted,
    huge_png,
    link,
    lying_about_size,
    picture,
    pictures,
    unmarked,
    zip_bytes,
)
from tests.simulator.data.uploads.conftest import refused


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
    "null byte": (zip_bytes([("\0", picture(1))]), "null byte in its name"),
    "name after a null byte": (zip_bytes([("\0cats/0.png", picture(1))]), "null byte in its name"),
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
    content, message = ZIP_REFUSED[name]
    refused(content, "pictures.zip", message, data_directory)


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


@pytest.mark.usefixtures("in_this_process")
def test_an_entry_without_a_name_is_skipped_with_the_reason() -> None:
    draft = uploads.check("pictures.zip", zip_bytes([*pictures(), ("", picture(9_999))]))
    assert sum(map(sum, draft.counts)) == 124
    assert [skipped.reason for skipped in draft.skipped] == ["in no class folder"]


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
    monkeypatch.setattr("resource.getrlimit", lambda limited: (-1, -1))
    monkeypatch.setattr("resource.setrlimit", lambda limited, limit: limits.append(limit))
    monkeypatch.setattr(zip_file, "available_memory_mb", lambda: free_mb)
    monkeypatch.setattr(zip_file.psutil.Process, "memory_info", lambda self: SimpleNamespace(vms=300 * uploads.MIB))
    zip_file.limit_memory()
    assert limits == [(min(300 + free_mb, 2048) * uploads.MIB, -1)]


def test_where_such_a_limit_is_refused_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS answers setrlimit(RLIMIT_AS) with ValueError."""

    def refuse(limited: int, limit: tuple[int, int]) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr("resource.setrlimit", refuse, raising=False)
    monkeypatch.setattr(zip_file.sys, "platform", "darwin")
    zip_file.limit_memory()
