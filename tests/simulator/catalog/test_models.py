"""The catalogue of models, and how a further one gets into it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from simulator.catalog.models import DEFAULT_MODEL, MODELS, MORE_MODELS, register


@pytest.mark.parametrize("name", MODELS)
def test_an_entry_names_what_can_be_found(name: str) -> None:
    model = MODELS[name]
    assert model.name == name
    assert find_spec(model.engine)
    assert model.student.default in model.student.values
    assert bool(model.files) != bool(model.checkpoint), "its weights are on the hub or at torchvision"
    assert re.fullmatch("[0-9a-f]{40}", model.revision) or model.checkpoint


def test_the_default_is_one_of_them() -> None:
    assert DEFAULT_MODEL in MODELS


@pytest.mark.usefixtures("tiny_cnn")
def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match=r"a model tiny_cnn already: choose another name"):
        register(MODELS["tiny_cnn"])


def test_every_process_imports_the_modules_that_the_environment_names() -> None:
    code = "from simulator.catalog.models import MODELS; print(*MODELS)"
    for modules, further in (("", []), (" tests.tiny_cnn.entry,", ["tiny_cnn"])):
        environment = os.environ | {MORE_MODELS: modules}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [*MODELS, *further]
