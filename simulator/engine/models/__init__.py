"""One folder for each model, imported when it is needed; ``base.Model`` says what each offers."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from simulator.catalog.models import MODELS
from simulator.engine.models.base import Model


class Modules(Mapping[str, Model]):
    """The engine's side of every model in the catalogue, imported when it is needed."""

    def __getitem__(self, name: str) -> Model:
        model: Model = importlib.import_module(MODELS[name].engine).MODEL
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(MODELS)

    def __len__(self) -> int:
        return len(MODELS)


MODULES = Modules()
