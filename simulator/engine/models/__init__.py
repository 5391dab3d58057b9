"""One folder a model, imported when it is asked for; ``base.Model`` says what each offers."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from simulator.catalog.models import MODELS
from simulator.engine.models.base import Model


class Modules(Mapping[str, Model]):
    """The engine's side of every model in the catalogue, imported when it is asked for."""

    def __getitem__(self, name: str) -> Model:
        module = importlib.import_module(MODELS[name].engine)
        if not isinstance(module, Model):
            offered = {*Model.__annotations__, *(name for name in vars(Model) if not name.startswith("_"))}
            missing = sorted(name for name in offered if not hasattr(module, name))
            raise TypeError(f"{MODELS[name].engine} lacks {', '.join(missing)}, which every model offers.")
        return module

    def __iter__(self) -> Iterator[str]:
        return iter(MODELS)

    def __len__(self) -> int:
        return len(MODELS)


MODULES = Modules()
