"""Advice on memory is tried: what it names fits, and where it says that nothing does, nothing does."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.experiments import make_experiment
from simulator.experiments.config import ExperimentConfig, with_settings
from simulator.runs.forecast.memory_advice import NOTHING, Config, what_fits
from simulator.runs.forecast.workload import memory_mb

TITLES = {model.title: model.name for model in MODELS.values()}


def needs(config: Config) -> float:
    """The estimate, where every teacher is still to be trained."""
    if isinstance(config, RunConfig):
        return memory_mb(config, MODELS[config.model].teacher_scratch)
    axes = {axis.setting: axis.values for axis in config.axes}
    cells = [with_settings(config.base, dict(zip(axes, at, strict=True))) for at in product(*axes.values())]
    return max(needs(cell) for cell in cells)


@st.composite
def configs(draw: st.DrawFn) -> RunConfig:
    model = draw(st.sampled_from(list(MODELS.values())))
    values: dict[str, Any] = {
        "model": model.name,
        "batch_size": draw(st.integers(4, 256)),
        "student_size": draw(st.sampled_from(model.student.values)),
        "method": draw(st.sampled_from(["kd", "rkd"])),
    }
    if model.kind == "image":
        values["image_size"] = draw(st.sampled_from([32, 64]))
    return make_config(values)


def followed(config: RunConfig, advice: str) -> list[RunConfig]:
    """The configs that the advice speaks of."""
    ways = advice.removeprefix("Choose ").split("; ")[0].split(", or ")
    configs = []
    for way in ways:
        if model := TITLES.get(way.removesuffix(" with its usual settings")):
            same_data = MODELS[model].kind == MODELS[config.model].kind
            configs.append(make_config({"model": model, **({"dataset": config.dataset} if same_data else {})}))
        else:
            changes = dict(re.fullmatch(r"([a-z ]+) (\S+)", part).groups() for part in way.split(" with "))  # type: ignore[union-attr]
            configs.append(with_settings(config, {name.replace(" ", "_"): value for name, value in changes.items()}))
    return configs


@given(configs(), st.floats(0.3, 0.999))
@example(make_config({"model": "resnet18", "batch_size": 256, "image_size": 64}), 0.95)
def test_what_is_advised_fits_and_nothing_means_nothing(config: RunConfig, share: float) -> None:
    free = needs(config) * share

    def fits(changed: Config) -> bool:
        return needs(changed) <= free

    advice = what_fits(config, fits)
    if advice != NOTHING:
        for changed in followed(config, advice):
            assert fits(changed), (advice, changed)
            assert changed != config
    else:
        smallest = {"batch_size": 4, "student_size": MODELS[config.model].student.values[0], "method": "kd"}
        assert not fits(with_settings(config, {**smallest, "image_size": 32}))
        assert not any(fits(make_config({"model": model})) for model in MODELS if model != config.model)


def test_a_sweep_is_told_which_values_of_its_axis_fit() -> None:
    experiment = make_experiment(
        "sweep", {"model": "mobilenet_v2", "method": "rkd", "alpha": None}, {"batch_size": (8, 64, 256)}
    )
    free = needs(experiment.base.model_copy(update={"batch_size": 64}))
    advice = what_fits(experiment, lambda changed: needs(changed) <= free)
    assert "only 8, 64 for batch size" in advice
    assert "method kd" in advice


def test_an_experiment_is_not_told_to_change_what_it_ignores() -> None:
    experiment = make_experiment("sensitivity", {"model": "mobilenet_v2"})

    def asked(changed: Config) -> bool:
        assert isinstance(changed, ExperimentConfig)
        assert all(getattr(changed.base, name) == getattr(experiment.base, name) for name in experiment.entry.ignored)
        return changed.base.model != "mobilenet_v2"

    assert "ResNet-18 with its usual settings" in what_fits(experiment, asked)
