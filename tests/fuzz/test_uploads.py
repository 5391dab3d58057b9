"""Whatever bytes somebody brings become data that its screen can show, or one clear error."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.data import own_data, uploads
from simulator.data.uploads import checking, zip_file
from simulator.runs import service
from tests.fuzz.drawn import mangled, odd_texts, unless_refused
from tests.pages.test_addresses import acting
from tests.simulator.brought import csv_bytes, picture, pictures, texts, zip_bytes
from tests.ui.markdown import HOSTILE

pytestmark = pytest.mark.fuzz

CSV_PIECES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n\r\n",
    b"text", b"label", b"text,label\n", b"=1+1", b"\x1b[31m", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\x80", b"x" * 999,
    b"[evil](https://evil.example)", "ein Täxt,Ümläut\n".encode("cp1252"), "text,label\n".encode("utf-16"),
)  # fmt: skip
ZIP_PIECES = (
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\0" * 8, b"\xff" * 8, b"../", b"cats/", b"\\", b"\x89PNG\r\n\x1a\n",
    b"IHDR", b"IDAT", b"IEND", b"\xff\xd8\xff\xe0", b"GIF89a",
)  # fmt: skip
LABELS = ("a", "b", "C#", "ﬁ", *HOSTILE[:3])
MEMBERS = (
    "a/b/c.png",
    "/etc/x.png",
    "..\\x.png",
    "con/nul.png",
    "__MACOSX/x",
    "cats/",
    "cats/a.png",
    "[evil](x)/1.png",
)
TWO_CLASSES = pictures()

rows = st.lists(st.tuples(odd_texts, st.sampled_from(LABELS)), min_size=150, max_size=170)
csv_files = st.one_of(
    mangled(csv_bytes(texts()), CSV_PIECES),
    mangled(csv_bytes(texts(), separator=";").decode().encode("utf-16"), CSV_PIECES),
    rows.map(lambda found: csv_bytes((text.replace('"', '""'), label) for text, label in found)),
    st.binary(max_size=200),
)
broken_picture = st.one_of(st.binary(max_size=50), mangled(picture(0), ZIP_PIECES), st.just(picture(1, "P")))
members = st.lists(st.tuples(st.one_of(odd_texts.filter(bool), st.sampled_from(MEMBERS)), broken_picture), max_size=4)
zip_files = st.one_of(
    mangled(zip_bytes(TWO_CLASSES), ZIP_PIECES),
    members.map(lambda more: zip_bytes([*TWO_CLASSES, *more])),
    members.map(zip_bytes),
)


@pytest.fixture
def in_this_process(monkeypatch):
    """Pictures are read here: in a process of their own a traceback would be a message like any other."""
    monkeypatch.setattr(checking, "_in_own_process", lambda file, to: json.loads(json.dumps(zip_file.read(file, to))))


def comes_to_rest(open_screen, content, file_name, title):
    """A draft is kept under a title and shown, if neither is refused; then it is deleted again."""
    draft = unless_refused(lambda: uploads.check(file_name, content))
    kept = draft and unless_refused(lambda: own_data.keep(draft.name, title))
    if kept:
        app = open_screen("own_data", data=kept.name)
        assert acting(app) == []
        service.delete_data(kept.name)


def test_csv_files(for_a_while, open_screen):
    @given(csv_files, st.one_of(odd_texts, st.just("table.csv")), st.one_of(odd_texts, st.just("Mine")))
    def holds(content, file_name, title):
        comes_to_rest(open_screen, content, file_name, title)

    for_a_while(holds)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning", "ignore:Generating overly large repr")
def test_zip_files(for_a_while, open_screen, in_this_process):
    @given(zip_files, st.one_of(odd_texts, st.just("pictures.zip")), st.one_of(odd_texts, st.just("Mine")))
    def holds(content, file_name, title):
        comes_to_rest(open_screen, content, file_name, title)

    for_a_while(holds)
