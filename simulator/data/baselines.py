"""Simple methods' accuracies beside the teachers', as measured by ``python -m benchmarks.baselines``. Imports no torch.

They are shipped, because fitting them needs scikit-learn and training teachers takes minutes; the web process does
neither. Each says when, on which data and on which processor it was measured.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from simulator.data.own_data import record


@dataclass(frozen=True)
class Accuracy:
    """What one method reached, trained on the teacher's training split.

    Attributes:
        method: In words; of a teacher, its model's name in the catalogue.
        where: The processor, and for a teacher its threads.
    """

    method: str
    validation: float
    test: float
    measured_on: str
    where: str


@dataclass(frozen=True)
class Measured:
    """What was measured of a data set.

    Attributes:
        data: Its fingerprint then.
        near_duplicates: Examples that have a near-duplicate, which is in the same split.
        teachers: From random weights, with the catalogue's recipe; empty where none was measured.
    """

    data: str
    near_duplicates: int
    baselines: tuple[Accuracy, ...]
    teachers: tuple[Accuracy, ...]


@lru_cache(maxsize=1)
def read() -> dict[str, Measured]:
    """What was measured, by data set."""
    content = json.loads((files("simulator.data") / "baselines.json").read_text(encoding="utf-8"))
    return {
        name: Measured(
            data=values["data"],
            near_duplicates=values["near_duplicates"],
            baselines=tuple(Accuracy(**each) for each in values["baselines"]),
            teachers=tuple(Accuracy(**each) for each in values["teachers"]),
        )
        for name, values in content.items()
    }


def near_duplicates(name: str) -> int | None:
    """How many examples of a data set have a near-duplicate; None where nobody has looked."""
    if name in read():
        return read()[name].near_duplicates
    own = record(name)
    return own.near_duplicates if own else None
