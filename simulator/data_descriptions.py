"""What is known of own data, without its examples, from one server to another: runs on it need it to be readable."""

from __future__ import annotations

from simulator import own_data
from simulator.errors import NotAvailable, SimulatorError
from simulator.paths import write_whole
from simulator.upload_csv import plain

LONGEST_NAME = 200
"""Characters; uploads allow fewer."""


def described(name: str) -> own_data.OwnData:
    """What runs on an own data set need to stay readable elsewhere.

    Raises:
        NotAvailable: if there is none of this name.
    """
    known = own_data.record(name)
    if known is None:
        raise NotAvailable(f"There is no data set {name!r} here.", "Upload the data on the page Your data.")
    return own_data.without_examples(known)


def take(known: own_data.OwnData) -> None:
    """Keep what is known of a data set of another server, as of one that was removed; one that is here stays.

    Raises:
        SimulatorError: if its name, title or classes are none that an upload can have.
    """
    folder, classes = own_data.folder_of(known.name), known.class_names
    names = (known.title, *classes)
    fits = len(known.title) <= own_data.TITLE_LENGTH and 2 <= len(classes) <= len(own_data.LABEL_WORDS)
    if not fits or any(name != plain(name) or not 0 < len(name) <= LONGEST_NAME for name in names):
        raise SimulatorError(f"What it says of {known.name} is not what an upload leaves.")
    if own_data.record(known.name) is None:
        folder.mkdir(exist_ok=True)
        write_whole(folder / own_data.INFO_FILE, own_data.without_examples(known).model_dump_json(indent=1).encode())
