"""Pictures from a ZIP file of class folders: ``python -m simulator.data.uploads.zip_file FILE FOLDER`` is a process.

Nothing is ever unpacked to disk, and no name in the ZIP becomes a path: each picture is read into memory, decoded,
shrunk and written into one file of numbers. Imports no torch.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import sys
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageOps, UnidentifiedImageError
from safetensors.numpy import save_file

from simulator.data.near_duplicates import picture_groups
from simulator.data.own_examples import PICTURES_FILE
from simulator.data.uploads.classes import SPLIT_SEED, drop_duplicates
from simulator.data.uploads.csv_file import LONGEST_LABEL, Examples, plain
from simulator.errors import InvalidUpload
from simulator.figures import numbers
from simulator.host.machine import available_memory_mb

SIDE = 64
"""Pictures are kept at most this wide and high: the largest that the models are given here."""

MIB = 2**20
MOST_ENTRIES, MOST_PICTURES = 10_000, 5_000
MOST_BYTES, MOST_BYTES_EACH = 200 * MIB, 20 * MIB
MOST_PIXELS, FEWEST_SIDE = 25_000_000, 4
MARKED_UTF8 = 0x800
"""The flag of an entry whose name is UTF-8."""

RATIO, RATIO_FROM = 100, MIB
"""Pictures hardly shrink when they are zipped: what shrinks a hundredfold is no photograph but a bomb."""

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, UnicodeDecodeError)
MEMORY_LIMIT = 2048 * MIB
PICTURES = (".png", ".jpg", ".jpeg")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".jar")
RUBBISH = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
FORMATS = {b"GIF8": "a GIF", b"RIFF": "a WebP", b"BM": "a BMP", b"II*\0": "a TIFF", b"MM\0*": "a TIFF", b"PK": "a ZIP",
           b"%PDF": "a PDF", b"<svg": "an SVG", b"<?xm": "an SVG"}  # fmt: skip


def read(file: Path, folder: Path) -> dict[str, Any]:
    """Write the pictures of a ZIP into ``folder``, each once, in a shuffled order.

    Returns:
        Labels and groups of near-duplicates in the order of the pictures, their digest, what was skipped, and notes.

    Raises:
        InvalidUpload: if the ZIP as a whole is broken, dangerous or too large.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            check_entries(archive.infolist())
            pictures, found = _decode_all(archive)
    except (*BROKEN, OSError) as error:  # zipfile goes to a place before the file's start where a byte was lost
        raise InvalidUpload(f"The ZIP file is broken: {error}.", "Make it again and upload that.") from error
    rows = dict(zip(found.places, range(len(pictures)), strict=True))
    kept = drop_duplicates(found)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(kept.labels))
    kept = kept.take([int(i) for i in order])
    stacked = stack([pictures[rows[place]] for place in kept.places], found.notes)
    save_file({"pictures": stacked}, folder / PICTURES_FILE)
    return {
        "labels": kept.labels,
        "groups": picture_groups(stacked).tolist(),
        "digest": hashlib.sha256(stacked.tobytes()).hexdigest(),
        "skipped": vars(found.skipped),
        "notes": found.notes,
    }


def stack(pictures: list[np.ndarray], notes: list[str]) -> np.ndarray:
    """Pictures of [side, side, 3] as one array, as large as the largest; a note says how many were enlarged to it."""
    side = max((len(picture) for picture in pictures), default=1)
    smaller = sum(len(picture) < side for picture in pictures)
    if smaller:
        notes.append(
            f"{numbers.whole(smaller)} smaller pictures were enlarged to {side} x {side} pixels, the size of the "
            "largest."
        )
    alike = [p if len(p) == side else _resized(Image.fromarray(p), side) for p in pictures]
    return np.stack(alike) if alike else np.zeros((0, side, side, 3), np.uint8)


def check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a ZIP that no camera and no student makes, before anything in it is read.

    Raises:
        InvalidUpload: for paths that lead out, links, encryption, archives in the archive, and bombs.
    """
    if len(entries) > MOST_ENTRIES:
        raise InvalidUpload(
            f"The ZIP has {numbers.whole(len(entries))} entries; {numbers.whole(MOST_ENTRIES)} may be.",
            "Upload fewer pictures.",
        )
    for entry in entries:
        shown = plain(entry.filename)[:80]
        problem = _problem(entry)
        if problem:
            raise InvalidUpload(f"{shown!r} in the ZIP {problem}.", "Make a ZIP of plain folders with pictures.")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise InvalidUpload(
            f"Unpacked, the ZIP would have {numbers.size(total)}; {numbers.size(MOST_BYTES)} may be.",
            "Upload fewer or smaller pictures.",
        )


def _problem(entry: zipfile.ZipInfo) -> str:
    name = entry.orig_filename.replace("\\", "/")
    if "\0" in name:
        return "has a null byte in its name"
    if name.startswith("/") or name[1:2] == ":":
        return "has an absolute path"
    if ".." in name.split("/"):
        return "has a path that leads out of the ZIP"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a symbolic link"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if name.lower().endswith(ARCHIVES):
        return "is another archive"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed with a method other than deflate"
    if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(1, entry.compress_size):
        return "shrinks more than a hundredfold, as no picture does"
    return ""


def _decode_all(archive: zipfile.ZipFile) -> tuple[list[np.ndarray], Examples]:
    pictures: list[np.ndarray] = []
    found, read_bytes = Examples(), 0
    deep = False
    for entry, path in _candidates(archive, found):
        if entry.file_size > MOST_BYTES_EACH:
            found.skipped.add(f"more than {numbers.size(MOST_BYTES_EACH)}", plain(str(path)))
            continue
        with archive.open(entry) as file:
            content = file.read(MOST_BYTES_EACH + 1)  # zipfile compares length and checksum with the directory
        read_bytes += len(content)
        if read_bytes > MOST_BYTES:
            raise InvalidUpload(
                f"Unpacked, the ZIP has more than {numbers.size(MOST_BYTES)}.", "Upload fewer pictures."
            )
        picture, reason = decode(content)
        if picture is None:
            found.skipped.add(reason, plain(str(path)))
            continue
        deep = deep or len(path.parts) > 2
        pictures.append(picture)
        found.inputs.append("")
        found.labels.append(path.parent.name.strip())
        found.keys.append(hashlib.sha256(picture.tobytes()).hexdigest())
        found.places.append(f"{plain(str(path))} (entry {len(pictures)})")
        if len(pictures) > MOST_PICTURES:
            raise InvalidUpload(f"There are more than {numbers.whole(MOST_PICTURES)} pictures.", "Upload fewer.")
    if deep:
        found.notes.append("The folder that holds a picture names its class; the folders above were ignored.")
    return pictures, found


def _candidates(archive: zipfile.ZipFile, found: Examples) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The entries that may be pictures in a class folder; of the others it is noted why not."""
    for entry, name in zip(archive.infolist(), names(archive.infolist(), found.notes), strict=True):
        path = PurePosixPath(name.replace("\\", "/"))
        if name.endswith(("/", "\\")):  # ZipInfo.is_dir fails on an empty name
            continue
        if any(part in RUBBISH or part.startswith("._") for part in path.parts):
            reason = "a file of the operating system, no picture"
        elif len(path.parts) < 2:
            reason = "in no class folder"
        elif path.suffix.lower() not in PICTURES:
            reason = "not called .png, .jpg or .jpeg"
        elif not 1 <= len(plain(path.parent.name)) <= LONGEST_LABEL:
            reason = f"the folder's name is empty or longer than {LONGEST_LABEL} characters"
        else:
            yield entry, path
            continue
        found.skipped.add(reason, plain(str(path)))


def names(entries: list[zipfile.ZipInfo], notes: list[str]) -> list[str]:
    """What entries are called, with a note where that had to be guessed.

    Names without the mark of UTF-8 are cp437 by the standard, and so zipfile reads them; but many programs write
    UTF-8 without the mark, which other names hardly ever are by chance.
    """
    read, guessed = [], False
    for entry in entries:
        name = entry.filename
        if not entry.flag_bits & MARKED_UTF8 and not name.isascii():
            try:
                name = entry.orig_filename.encode("cp437").decode()
            except UnicodeDecodeError:
                guessed = guessed or name == entry.orig_filename  # else the entry has a second name, in Unicode
        read.append(name)
    if guessed:
        notes.append(
            "The ZIP does not say how its names are encoded, so they were read as those of MS-DOS (cp437). "
            "If letters are wrong in the names of the classes, rename the folders and make the ZIP again."
        )
    return read


def decode(content: bytes) -> tuple[np.ndarray | None, str]:
    """One picture as [side, side, 3] of 0..255; or None and the reason why not.

    It is cut to a square in the middle. Where that has more than 64 pixels a side it is shrunk to 64; what is
    smaller stays as it is.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")  # odd metadata does no harm
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                reason = _refused(image)
                return (None, reason) if reason else (_shrunk(image), "")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None, f"more than {MOST_PIXELS // 1_000_000} million pixels"
    except UnidentifiedImageError:
        kind = next((name for magic, name in FORMATS.items() if content.startswith(magic)), None)
        return None, f"really {kind}, not PNG or JPEG" if kind else "no PNG or JPEG picture"
    # what Pillow raises for broken files, as its documentation and its own fuzzing tests list it
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, OverflowError, MemoryError,
            struct.error, zlib.error):  # fmt: skip
        return None, "a broken picture"


def _refused(image: Image.Image) -> str:
    width, height = image.size
    if width * height > MOST_PIXELS:
        return f"more than {MOST_PIXELS // 1_000_000} million pixels"
    if min(width, height) < FEWEST_SIDE:
        return f"less than {FEWEST_SIDE} pixels wide or high"
    if image.format == "PNG" and getattr(image, "is_animated", False):
        return "an animated picture"
    return ""


def _shrunk(image: Image.Image) -> np.ndarray:
    image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a JPEG is decoded at a half, quarter or eighth where that is enough
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):  # 16 bits of grey
        turned = Image.fromarray((np.asarray(turned).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if turned.mode in ("LA", "PA", "RGBA") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        turned = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    shorter = min(turned.size)
    left, top = ((length - shorter) // 2 for length in turned.size)
    square = turned.convert("RGB").crop((left, top, left + shorter, top + shorter))
    return _resized(square, min(shorter, SIDE))


def _resized(square: Image.Image, side: int) -> np.ndarray:
    return np.asarray(square.resize((side, side), Image.Resampling.BILINEAR))


def limit_memory() -> None:
    """Let this process have no more than 2 GiB, what the machine has free, or what it is allowed already.

    On Linux only: macOS refuses such a limit, Windows has none. There the limits on pixels and bytes must do.
    """
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    reserved = psutil.Process().memory_info().vms  # counted by the limit, but mostly no memory
    most = min(MEMORY_LIMIT, reserved + int(available_memory_mb() * MIB))
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main() -> None:
    """Read the ZIP named on the command line; the answer, or what is wrong, goes to standard output as JSON."""
    limit_memory()
    try:
        answer = read(Path(sys.argv[1]), Path(sys.argv[2]))
    except InvalidUpload as error:
        answer = {"message": error.message, "advice": error.advice}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
