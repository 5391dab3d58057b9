"""What is known of own data, without its examples, from one server to another: runs on it need it to be readable."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.data import own_data
from simulator.data.uploads.csv_file import plain
from simulator.errors import NotAvailable, SimulatorError
from simulator.host.paths import data_dir

LONGEST_NAME = 200
"""Characters; uploads allow fewer."""

MOST_KNOWN = 250
"""Own data sets of which a server knows something: each is a file that the Lab reads."""


def described(name: str) -> own_data.OwnData:
    """What runs on an own data set need to stay readable elsewhere.

    Raises:
        NotAvailable: if there is none of this name.
    """
    known = own_data.record(name)
    if known is None:
        raise NotAvailable(f"There is no data set {name!r} here.", "Upload the data on the page Your data.")
    return own_data.without_examples(known)


def check(known: own_data.OwnData) -> None:
    """Refuse what no upload leaves.

    Raises:
        SimulatorError: if the name, the title or the classes are none that an upload can have.
    """
    own_data.folder_of(known.name)
    names = (known.title, *known.class_names)
    fits = len(known.title) <= own_data.TITLE_LENGTH and 2 <= len(known.class_names) <= len(own_data.LABEL_WORDS)
    fits = fits and len(known.counts) == len(known.class_names) == len(set(known.class_names))
    if not fits or any(name != plain(name) or not 0 < len(name) <= LONGEST_NAME for name in names):
        raise SimulatorError(f"Its description of {known.name} is not one that an upload leaves.")


@contextmanager
def taken(brought: Iterable[own_data.OwnData]) -> Iterator[None]:
    """Keep what is known of data sets of another server, as of ones that were removed.

    Those that are here stay as they are, whether or not they can be read. If what is done within it fails, nothing is
    kept.

    Raises:
        SimulatorError: if this server then knew more than 250 data sets.
    """
    with own_data.moving:
        new = [known for known in brought if not own_data.folder_of(known.name).exists()]
        if new and len(list(data_dir("own").iterdir())) + len(new) > MOST_KNOWN:
            raise SimulatorError(
                f"This server keeps the descriptions of at most {MOST_KNOWN} own data sets.",
                "Nothing was taken. Delete imported runs on data that is gone: what is known of it goes with them.",
            )
        made = list[Path]()
        try:
            for known in new:
                folder = own_data.folder_of(known.name)
                folder.mkdir()
                made.append(folder)
                own_data.describe(folder, own_data.without_examples(known))
            yield
        except BaseException:
            for folder in made:
                shutil.rmtree(folder, ignore_errors=True)
            raise


def forget_all_but(names: Collection[str]) -> None:
    """Delete what is known of removed data sets, but for those of the given names, on which there are still runs."""
    with own_data.moving:
        for folder in data_dir("own").iterdir():
            known = own_data.record(folder.name) if folder.name not in names else None
            if known is not None and known.removed:
                shutil.rmtree(folder)
