"""Files that students, and others, bring: real bytes for the tests of uploads."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

Member = tuple[str | zipfile.ZipInfo, bytes]


def csv_bytes(rows: Iterable[tuple[str, str]], heading: str = "text,label", separator: str = ",") -> bytes:
    lines = [heading, *(f'"{text}"{separator}"{label}"' for text, label in rows)]
    return "\n".join(lines).encode()


def texts(per_class: int = 70, classes: Iterable[str] = ("cats", "dogs")) -> list[tuple[str, str]]:
    return [(text(name, i), name) for i in range(per_class) for name in classes]


def text(name: str, number: int) -> str:
    """Half of its words are its own: no other text is a near-duplicate of it."""
    return f"The {name} number {number} ran over " + " ".join(f"{name}{number}{letter}" for letter in "abcd")


def picture(seed: int, mode: str = "RGB", size: tuple[int, int] = (12, 10), format: str = "PNG") -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    image = Image.fromarray(noise, "RGBA") if mode in ("RGBA", "LA", "P") else Image.fromarray(noise[..., :3])
    if mode == "I;16":
        image = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    elif image.mode != mode:
        image = image.convert(mode)
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def animated() -> bytes:
    frames = [Image.new("RGB", (12, 10), colour) for colour in ("red", "green")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG that says it is huge; its pixels are not there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def pictures(per_class: int = 62, classes: Iterable[str] = ("cats", "dogs"), first: int = 0) -> list[Member]:
    return [
        (f"{name}/{i}.png", picture(first + 1000 * c + i)) for c, name in enumerate(classes) for i in range(per_class)
    ]


def zip_bytes(members: Iterable[Member], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            is_odd = isinstance(name, str) and not name.partition("\0")[0]
            archive.writestr(entry("-", named(name)) if is_odd else name, content)
    return out.getvalue()


def named(name: str | zipfile.ZipInfo) -> Callable[[zipfile.ZipInfo], None]:
    """Give an entry a name that zipfile would not take: an empty one, or one that begins with a null byte."""
    return lambda info: setattr(info, "filename", name)


def entry(name: str, change: Callable[[zipfile.ZipInfo], None]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    change(info)
    return info


def link(name: str) -> zipfile.ZipInfo:
    return entry(name, lambda info: setattr(info, "external_attr", 0o120777 << 16))


def encrypted(content: bytes) -> bytes:
    """The same ZIP with every entry marked as encrypted, locally and in the directory."""
    changed = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            changed[at + offset] |= 1
            at = content.find(magic, at + 1)
    return bytes(changed)


def lying_about_size(content: bytes, declared: int) -> bytes:
    """The same ZIP whose directory says that every file unpacks to ``declared`` bytes."""
    changed = bytearray(content)
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", declared)
        at = content.find(b"PK\x01\x02", at + 1)
    return bytes(changed)


def unmarked(name: bytes) -> zipfile.ZipInfo:
    """An entry whose name is written as it is, without the mark of UTF-8."""

    class Unmarked(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  zipfile's own
            return name, self.flag_bits

    return Unmarked(name.decode("latin-1"))
