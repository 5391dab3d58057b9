"""A data set that was uploaded to this server; it was checked and split at the upload (simulator/data/uploads/)."""

from __future__ import annotations

import numpy as np

from simulator.data import own_data, own_examples
from simulator.engine.datasets.base import Dataset, Inputs, Split, fingerprint, take
from simulator.errors import NotAvailable


def load(name: str) -> Dataset:
    """The texts, or the pictures of up to 64 x 64 pixels, in the splits that the upload decided.

    Raises:
        NotAvailable: if there is no such data set, or its examples were deleted.
    """
    own_data.check_here(name)
    folder, kind = own_data.folder_of(name), own_data.dataset_info(name).kind
    inputs: Inputs
    try:
        if kind == "text":
            inputs, labels, splits = own_examples.read_texts(folder)
        else:
            inputs, (labels, splits) = own_examples.read_pictures(folder), own_examples.read_splits(folder)
    except FileNotFoundError as error:  # deleted by somebody while this run was waiting
        raise NotAvailable(
            f"The examples of {name} no longer exist.", "Upload them again, or choose other data."
        ) from error
    parts = []
    for number in range(len(own_data.SPLITS)):
        rows = np.flatnonzero(splits == number)
        parts.append(Split(take(inputs, rows), labels[rows]))
    return Dataset(name, *parts, fingerprint(inputs, labels, "uploaded"))
