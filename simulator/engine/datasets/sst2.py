"""SST-2: phrases from film reviews (Socher et al. 2013), from the Hugging Face hub at a pinned revision."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from simulator.data.availability import SST2, SST2_FILES, SST2_REVISION
from simulator.engine.datasets.base import Dataset
from simulator.engine.datasets.published import fetch, split
from simulator.engine.host.downloads import Unusable
from simulator.engine.host.hub import check_content, discard, download

Examples = tuple[list[str], np.ndarray]


def load() -> Dataset:
    """Phrases and whether they are positive.

    The labels of the published test split are hidden (-1), so the published validation split (872
    sentences) is the test split here. A phrase is in the data once, and not in train if it is in test.

    Raises:
        NotAvailable: if the data is not in the cache and the hub cannot be reached.
    """
    train, test = fetch("sst2", _read)
    return split("sst2", train, test, f"{SST2}@{SST2_REVISION[:12]}")


def _read() -> tuple[Examples, Examples]:
    paths = download(SST2, SST2_REVISION, SST2_FILES, "dataset")
    train, test = (_read_parquet(paths[file]) for file in SST2_FILES)
    train = train.drop_duplicates("sentence")
    train = train[~train["sentence"].isin(set(test["sentence"]))]
    return _examples(train), _examples(test)


def _read_parquet(path: Path) -> pd.DataFrame:
    """The published columns; a file that does not hold them does not stay in the cache."""
    try:
        check_content(path)
        table = pd.read_parquet(path, columns=["sentence", "label"])
    except (Unusable, OSError, ValueError) as error:  # pyarrow's errors are ValueErrors and OSErrors
        discard([path])
        raise Unusable(f"{path.name} is broken and was removed from the cache: {error}") from error
    return table.assign(sentence=table["sentence"].str.strip())


def _examples(table: pd.DataFrame) -> Examples:
    return table["sentence"].tolist(), table["label"].to_numpy(dtype=np.int64)
