"""What simple methods reach on exactly the training split of the teachers; takes a few seconds.

Texts: TF-IDF of single words and logistic regression. Pictures: the nearest neighbour, and logistic regression, on the
pixels. All with scikit-learn's default settings: nothing about them was chosen by their accuracy. Writes
simulator/data/baselines.json and prints the table of docs/recipes.md; the teachers in both come from
benchmarks/recipes.py.

    python -m benchmarks.baselines
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.data import baselines
from simulator.data.baselines import Accuracy, Measured
from simulator.data.near_duplicates import grouped, groups_of
from simulator.engine.datasets import Dataset, load
from simulator.engine.host.device import device_name
from simulator.host.paths import PACKAGE
from simulator.runs.kept.teachers import MOST_EXAMPLES

FILE = PACKAGE / "data/baselines.json"
STEPS = 1_000
"""Of logistic regression's solver at most; scikit-learn's 100 are too few for the pixels."""


def pixels(pictures: np.ndarray) -> np.ndarray:
    """One row for each picture, [examples, values] of 0..1."""
    return pictures.reshape(len(pictures), -1) / 255


METHODS: dict[str, dict[str, Callable[[], ClassifierMixin]]] = {
    "text": {
        "TF-IDF, logistic regression": lambda: make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=STEPS)),
    },
    "image": {
        "nearest neighbour": lambda: make_pipeline(FunctionTransformer(pixels), KNeighborsClassifier(1)),
        "logistic regression": lambda: make_pipeline(FunctionTransformer(pixels), LogisticRegression(max_iter=STEPS)),
    },
}


def main() -> None:
    for info in DATASETS.values():
        if not info.needs_internet:
            write(info.name, measured(load(info.name), info.kind))
    print(table())


def measured(data: Dataset, kind: str) -> dict[str, Any]:
    """Every baseline of its kind, and how many near-duplicates the data holds."""
    train, parts = data.train.first(MOST_EXAMPLES), (data.train, data.validation, data.test)
    rows = []
    for name, make in METHODS[kind].items():
        model = make().fit(train.inputs, train.labels)
        validation, test = (float(model.score(part.inputs, part.labels)) for part in parts[1:])
        rows.append(accuracy(name, validation, test, device_name(torch.device("cpu"))))
    inputs = [part.inputs for part in parts]
    whole = np.concatenate(inputs) if kind == "image" else [text for texts in inputs for text in texts]
    return {"data": data.fingerprint, "near_duplicates": grouped(groups_of(whole)), "baselines": tuple(rows)}


def accuracy(method: str, validation: float, test: float, where: str) -> Accuracy:
    """An accuracy measured just now."""
    day = datetime.now(UTC).date().isoformat()
    return Accuracy(method, round(validation, 4), round(test, 4), day, where)


def write(name: str, changes: dict[str, Any]) -> None:
    """Store a data set's figures in the shipped file. Teachers of other data than today's are dropped."""
    baselines.read.cache_clear()
    known = baselines.read() if FILE.exists() else {}
    before = vars(known[name]) if name in known else vars(Measured("", 0, (), ()))
    kept = before if changes.get("data", before["data"]) == before["data"] else {**before, "teachers": ()}
    known[name] = Measured(**{**kept, **changes})
    content = {dataset: asdict(known[dataset]) for dataset in DATASETS if dataset in known}
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    baselines.read.cache_clear()


def table() -> str:
    """The table of docs/recipes.md: one row for each teacher or baseline, by data set."""
    lines = ["| data | model | epochs | learning rate | batch | validation | test |", "| --- " * 7 + "|"]
    for name, found in baselines.read().items():
        for row in found.teachers:
            info = MODELS[row.method]
            recipe, relative = info.teacher_scratch, ", relative" if info.relative_steps else ""
            setting = f"{recipe.epochs} | {recipe.learning_rate:.0e}{relative} | {recipe.batch_size}".replace(
                "e-0", "e-"
            )
            lines.append(f"| {name} | {info.title} | {setting} | {row.validation:.3f} | {row.test:.3f} |")
        for row in found.baselines:
            lines.append(f"| {name} | {row.method} | | | | {row.validation:.3f} | {row.test:.3f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
