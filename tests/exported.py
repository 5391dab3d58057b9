"""Exports, loaded as somebody who downloads them does."""

import importlib.util
from pathlib import Path

from torch import nn


def load(folder: Path) -> nn.Module:
    """The model in an export's folder, with the ``load.py`` in it."""
    spec = importlib.util.spec_from_file_location("load", folder / "load.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model: nn.Module = module.load(folder)
    return model
