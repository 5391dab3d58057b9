"""The code that is shown is the text of the files, and nothing is made up."""

from __future__ import annotations

import pytest

from simulator.host.paths import PACKAGE
from simulator.teaching.sources import source_of


@pytest.mark.parametrize("function", ["soft_loss", "distillation_loss"])
def test_the_code_shown_is_the_text_of_the_file(function: str) -> None:
    shown = source_of("engine/distillation/losses.py", function)
    text = (PACKAGE / "engine/distillation/losses.py").read_text(encoding="utf-8")
    assert shown.startswith(f"def {function}(")
    assert shown in text
    assert shown.count("\ndef ") == 0


def test_a_class_comes_with_its_decorators() -> None:
    assert source_of("engine/datasets/batches.py", "Examples").startswith("@dataclass(frozen=True)\nclass Examples:\n")


def test_a_constant_comes_with_the_sentence_under_it() -> None:
    assert source_of("engine/datasets/batches.py", "BUCKET_BATCHES").startswith(
        'BUCKET_BATCHES = 16\n"""Texts are sorted'
    )
    assert source_of("engine/distillation/feature_losses.py", "RKD_ANGLE") == "RKD_DISTANCE, RKD_ANGLE = 25.0, 50.0"
    assert source_of("engine/datasets/base.py", "TEST_SHARE") == "TEST_SHARE = 0.25"


def test_what_is_not_there_is_not_made_up() -> None:
    with pytest.raises(LookupError, match="no_such_loss"):
        source_of("engine/distillation/losses.py", "no_such_loss")
