"""CSV files: what is read, what is skipped and why, and what is refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from simulator.data import own_data, own_examples, uploads
from simulator.data.uploads import csv_file
from simulator.data.uploads.csv_file import MOST_TOKENS, typical_tokens
from simulator.engine.datasets import load
from simulator.engine.models.text import MAX_TOKENS
from simulator.runs.forecast.workload import TOKENS
from tests.simulator.brought import (
    csv_bytes,
    picture,
    text,
    texts,
)
from tests.simulator.data.uploads.conftest import refused

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
    "too large": (b"text,label\n" + b"a,b\n" * 1_400_000, "a CSV may have 5.24 MB"),
    "labels alike but for capitals": (csv_bytes([*GOOD, *((f"Other {i}", "Cats") for i in range(30))]), "differ only"),
    "labels alike on the screen": (csv_bytes(texts(classes=["C", "C#"])), "differ only"),
    "labels without letters": (csv_bytes(texts(classes=["###", "***"])), "no usable"),
}


@pytest.mark.parametrize("name", CSV_REFUSED)
def test_a_csv_that_cannot_be_used_is_refused_with_the_reason(name: str, data_directory: Path) -> None:
    content, message = CSV_REFUSED[name]
    refused(content, "table.csv", message, data_directory)


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


def test_formulas_stay_text_and_labels_lose_what_a_screen_would_act_on() -> None:
    rows = [(f"=cmd|' {i}'!A{i}", "[cats](http://x)") for i in range(70)] + texts(70, ["@dogs"])
    draft = uploads.check("t.csv", csv_bytes(rows))
    read, labels, _ = own_examples.read_texts(own_data.draft_folder(draft.name))
    assert draft.class_names == ("@dogs", "cats (http //x)")
    assert "=cmd|' 3'!A3" in [t for t, y in zip(read, labels, strict=True) if y == 1]


@pytest.mark.parametrize("name", ["docstrings", "reviews_topic"])
def test_typical_tokens_come_near_to_what_the_shipped_texts_have(
    name: str, with_docstrings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(with_docstrings))
    assert typical_tokens(load(name).train.inputs) == pytest.approx(TOKENS[name], rel=0.3)


def test_the_limit_of_tokens_is_the_models() -> None:
    assert MOST_TOKENS == MAX_TOKENS
