"""The engine's side of every model in the catalogue, by the model's name."""

from __future__ import annotations

import pytest

from simulator.catalog.models import MODELS
from simulator.engine.models import MODULES


def test_there_is_one_for_every_model_of_the_catalogue() -> None:
    assert list(MODULES) == list(MODELS)
    assert len(MODULES) == len(MODELS)
    with pytest.raises(KeyError):
        MODULES["vgg"]


@pytest.mark.usefixtures("tiny_cnn")
def test_a_model_that_is_registered_later_is_among_them() -> None:
    assert list(MODULES)[-1] == "tiny_cnn"
    assert MODULES["tiny_cnn"].architecture.__module__.startswith("tests.tiny_cnn.")
