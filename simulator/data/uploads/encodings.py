"""The text of a file whose encoding nobody wrote down: by its mark, as UTF-8, or as the most likely encoding."""

from __future__ import annotations

import codecs
import re
import unicodedata

from simulator.errors import InvalidUpload
from simulator.figures.numbers import whole

CONTROL_SHARE = 0.01
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # begins like the next one, so it is looked for first
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_BE: "UTF-16",
}
LATIN = "cp1252"
OTHER_SCRIPTS = {
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp866": "code page 866 (Cyrillic)",
    "mac_cyrillic": "Mac OS Cyrillic",
    "iso8859_5": "ISO 8859-5 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "iso8859_7": "ISO 8859-7 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
}
"""Encodings in which spreadsheets and editors save other scripts than the Latin one. Of two that give the same text,
the first is named."""
RUN_OF_LETTERS = 2.0
"""Bytes. Accented letters and typographic marks stand one by one among ASCII letters; the letters of other scripts
follow one another, and one character of Chinese, Japanese or Korean has two bytes or more."""


def decode(content: bytes, notes: list[str]) -> str:
    """The file's text: by the mark at its beginning, else as UTF-8, else in the most likely encoding.

    Args:
        content: The whole file.
        notes: Gets a sentence on the encoding, unless it is plain UTF-8.

    Raises:
        InvalidUpload: if it is no text, or not in the encoding that its mark names.
    """
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    text = _unmarked(content, notes) if marked is None else _marked(content, marked, notes)
    odd = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text)
    if odd > CONTROL_SHARE * len(text):
        raise InvalidUpload(
            "The file is full of control characters, so it is no text file.", "Save the table as CSV (UTF-8)."
        )
    return text


def _marked(content: bytes, encoding: str, notes: list[str]) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidUpload(
            f"The file begins with the mark of {encoding} and is not {encoding} (byte {whole(error.start)}).",
            "Save the table as CSV (UTF-8).",
        ) from error
    if "\0" in text:
        raise InvalidUpload("The file holds NUL characters, so it is no text file.", "Save the table as CSV (UTF-8).")
    notes.append(f"The file was read as {encoding}, as the mark at its beginning says.")
    return text


def _unmarked(content: bytes, notes: list[str]) -> str:
    if b"\0" in content:
        raise InvalidUpload(
            "The file holds NUL bytes: it is no text file, or one in UTF-16 or UTF-32 without the mark that says so.",
            "Save the table as CSV (UTF-8).",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = likely(content)
        name = OTHER_SCRIPTS.get(encoding, "Latin-1 (Windows-1252)")
        notes.append(
            f"The file is not UTF-8 (byte {whole(error.start)}), so it was read as {name}, which fits best. "
            "Look at the preview: if letters are wrong there, save the file as CSV UTF-8 and upload it again."
        )
        return content.decode(encoding, errors="replace")


def likely(content: bytes) -> str:
    """The encoding that fits best: Windows-1252 for Latin letters, else charset-normalizer's finding about the script.

    Only lines with other bytes than those of ASCII are looked at: in a large file the library reads samples.
    """
    from charset_normalizer import from_bytes  # here: few files need it, and it takes 1.4 MB

    telling = b"".join(line for line in content.splitlines(keepends=True) if not line.isascii())
    runs = re.findall(rb"[\x80-\xff]+", telling)
    if len(b"".join(runs)) < RUN_OF_LETTERS * len(runs):
        return LATIN
    guesses = from_bytes(
        telling,
        cp_isolation=list(OTHER_SCRIPTS),
        preemptive_behaviour=False,  # a text may speak of an encoding
        enable_fallback=False,
    )
    best = guesses.best()
    if best is None:
        return LATIN
    alike = {best.encoding, *best.could_be_from_charset}
    return next((name for name in OTHER_SCRIPTS if name in alike), best.encoding)
