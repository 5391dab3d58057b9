"""What decides a stage, and which stages of a run are found before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.config.run import make_config
from simulator.runs.kept import folders, stages

CONFIG = make_config({"model": "resnet18"})
TEACHER = "resnet18-digits-0123456789ab"


def keep(stage: str) -> Path:
    inputs = stages.made_from(stage, CONFIG, TEACHER)
    place = stages.folder(inputs, CONFIG)
    assert folders.keep(place, {"model.safetensors": b"weights"}, inputs)
    return place


def test_what_is_kept_is_found_for_equal_inputs_only() -> None:
    assert stages.found(CONFIG, TEACHER) == ()
    for stage in ("control", "distil"):
        keep(stage)
    assert stages.found(CONFIG, TEACHER) == ("control", "distil")
    assert stages.found(CONFIG, "another teacher") == ()
    sparser, hotter = (CONFIG.model_copy(update=u) for u in ({"target_sparsity": 0.9}, {"temperature": 9.0}))
    assert stages.found(sparser, TEACHER) == ("control", "distil")
    assert stages.found(hotter, TEACHER) == ("control",)


def test_a_stage_that_is_not_whole_is_not_found() -> None:
    (keep("control") / "model.safetensors").write_bytes(b"half")
    assert stages.found(CONFIG, TEACHER) == ()


@pytest.mark.parametrize(
    ("settings", "ignored"),
    [({"method": "rkd"}, "temperature"), ({"method": "kd"}, "beta"), ({"schedule": "one_shot"}, "rounds")],
)
def test_a_setting_without_effect_decides_nothing(settings: dict[str, str], ignored: str) -> None:
    config = make_config({"model": "resnet18", **settings})
    decided = stages.made_from("recover", config, TEACHER)["settings"]
    assert ignored not in decided
    assert set(decided) < set(stages.OF_RECOVERED)


def test_other_code_and_other_libraries_are_other_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("control")
    monkeypatch.setattr(stages, "code", lambda parts: "other")
    assert stages.found(CONFIG, TEACHER) == ()
    monkeypatch.undo()
    monkeypatch.setattr(stages, "versions", lambda packages: dict.fromkeys(packages, "0"))
    assert stages.found(CONFIG, TEACHER) == ()
