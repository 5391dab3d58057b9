"""A kept stage equals the stage carried out anew, in whatever the two runs differ; and damage is noticed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simulator.config.run import RunConfig, make_config
from simulator.engine import pipeline, worker
from simulator.engine.deploy import kept
from simulator.engine.deploy import stage as deploy
from simulator.engine.setup import prepare
from simulator.engine.stages import keeping
from simulator.engine.stages.student import Made
from simulator.errors import InvalidConfig
from simulator.events import EpochFinished, Event, LossPoint, Measured, RunFinished, StageFinished, StageStarted, Swept
from simulator.host.machine import process_name
from simulator.host.paths import cache_dir
from simulator.runs import archive, service
from simulator.runs.database.store import Store
from simulator.runs.kept import folders, stages
from simulator.runs.kept.stages import Keeping
from simulator.teaching import lesson
from tests.small_models import small_distilbert, small_t5

TINY: dict[str, Any] = {
    "model": "tiny_cnn", "train_examples": 64, "batch_size": 32, "recovery_epochs": 1, "weights": "scratch",
}  # fmt: skip

CHANGES: dict[str, list[Any]] = {
    "student_size": [0.75],
    "train_examples": [96],
    "labels": [30],
    "method": ["dkd", "hint", "label_smoothing", "rkd"],
    "temperature": [2.0, 8.0],
    "alpha": [0.0, 0.3, 1.0],
    "epochs": [2],
    "pruning": ["structured", "2:4"],
    "importance": ["random", "taylor", "wanda", "batchnorm_scale"],
    "scope": ["layer_wise"],
    "target_sparsity": [0.2, 0.8],
    "recovery_epochs": [0, 2],
    "schedule": ["iterative", "cubic", "lottery", "lottery_random"],
    "rounds": [2],
    "recovery_with_teacher": [False],
    "also_prune": [("classifier",)],
    "learning_rate": [1e-3],
    "batch_size": [64],
    "seed": [1],
    "repeats": [2],
}
"""Setting -> other values than those of ``TINY``."""


pytestmark = pytest.mark.usefixtures("kept_tiny_teacher")


def carried_out(config: RunConfig, keeping: Keeping | None, variants_to: Path | None = None) -> list[Event]:
    return list(pipeline.run(config, variants_to=variants_to, keeping=keeping))


def results(events: list[Event]) -> list[dict[str, Any]]:
    """All that must be equal: everything but times, memory, and where a stage was carried out or a model measured."""
    costs = {"seconds", "peak_memory_mb", "kept", "measured"}
    of_measured = {"measurement": {"latency_ms", "stage_peak_memory_mb", "kept"}}
    told = [e for e in events if isinstance(e, LossPoint | EpochFinished | StageFinished | Measured | Swept)]
    return [e.model_dump(exclude=of_measured if isinstance(e, Measured) else costs) for e in told]


def taken_over(events: list[Event]) -> list[str]:
    return [e.stage for e in events if isinstance(e, StageFinished) and e.kept]


def measured_elsewhere(events: list[Event]) -> dict[str, str]:
    """The variants whose measurements were taken over, each with the run that made it."""
    measured = [e.measurement for e in events if isinstance(e, Measured)]
    return {m.name: m.kept.run for m in measured if m.kept}


def exported(folder: Path) -> dict[str, object]:
    """All weights, logits and slices, and the lesson's facts but the moment and the machine."""
    numbers = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.safetensors"))}
    facts = json.loads((folder / lesson.FACTS_FILE).read_bytes())
    del facts["provenance"]
    return {**numbers, "facts": facts}


def config_of(**changes: object) -> RunConfig:
    return make_config({**TINY, **changes})


def test_a_stage_whose_inputs_are_equal_is_taken_over_and_the_run_says_from_where() -> None:
    first = carried_out(config_of(), Keeping("first"))
    assert taken_over(first) == []
    again = carried_out(config_of(), Keeping("again"))
    assert taken_over(again) == ["control", "distil", "prune", "recover"]
    assert results(again) == results(first)
    ends = {e.stage: e for e in first if isinstance(e, StageFinished)}
    for end in (e for e in again if isinstance(e, StageFinished) and e.kept):
        assert end.kept is not None and end.kept.run == "first"
        assert end.model_copy(update={"kept": None}) == ends[end.stage]  # its costs are those of then
    notes = [e.note for e in again if isinstance(e, StageStarted) and e.stage in stages.KEPT]
    assert notes == [keeping.TAKEN_OVER] * 4


ALL = ("teacher", "control", "distilled", "pruned", "recovered")


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({}, ALL),
        ({"target_sparsity": 0.7}, ALL[:3]),
        ({"temperature": 2.0}, ALL[:2]),
        ({"recovery_epochs": 2}, ALL[:4]),
        ({"seed": 1}, ALL[:1]),
        ({"also_prune": ("classifier",)}, ()),  # other weights count as those that may be pruned
    ],
)
def test_only_new_models_answer_the_test_set_and_all_are_timed(
    change: dict[str, Any], known: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = carried_out(config_of(), Keeping("first"))
    assert measured_elsewhere(first) == {}
    asked = list[torch.nn.Module]()
    predict = deploy.predict
    monkeypatch.setattr(
        deploy, "predict", lambda model, *rest, **more: asked.append(model) or predict(model, *rest, **more)
    )
    again = carried_out(config_of(**change), Keeping("again"))
    assert measured_elsewhere(again) == dict.fromkeys(known, "first")
    assert len(asked) == len(ALL) - len(known)
    before, after = ([e.measurement for e in events if isinstance(e, Measured)] for events in (first, again))
    assert [m.name for m in after] == list(ALL)
    for old, new in zip(before, after, strict=True):
        assert set(new.latency_ms) == {"batch_1", "batch_32"}
        assert new.latency_ms != old.latency_ms  # two timings are never equal to the last digit


def test_a_measurement_that_is_damaged_is_made_anew(caplog: pytest.LogCaptureFixture) -> None:
    first = carried_out(config_of(), Keeping("first"))
    (folder,) = (
        f for f in cache_dir("stages").glob("*-measure-*") if '"control"' in (f / kept.RECORD_FILE).read_text()
    )
    os.truncate(folder / kept.ANSWERS_FILE, 100)
    again = carried_out(config_of(), Keeping("again"))
    assert set(ALL) - set(measured_elsewhere(again)) == {"control"}
    assert results(again) == results(first)
    assert "damaged" in caplog.text and kept.ANSWERS_FILE in caplog.text
    assert measured_elsewhere(carried_out(config_of(), Keeping("last")))["control"] == "again"


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"target_sparsity": 0.7}, ["control", "distil"]),
        ({"temperature": 2.0}, ["control"]),
        ({"recovery_epochs": 2}, ["control", "distil", "prune"]),
        ({"seed": 1}, []),
    ],
)
def test_only_what_a_setting_reaches_is_carried_out(change: dict[str, Any], left: list[str]) -> None:
    carried_out(config_of(), Keeping("first"))
    assert taken_over(carried_out(config_of(**change), Keeping("again"))) == left


def test_anew_carries_out_everything_and_replaces_what_was_kept() -> None:
    carried_out(config_of(), Keeping("first"))
    anew = carried_out(config_of(), Keeping("anew", anew=True))
    assert taken_over(anew) == [] and measured_elsewhere(anew) == {}
    runs = {e.kept.run for e in carried_out(config_of(), Keeping("last")) if isinstance(e, StageFinished) and e.kept}
    assert runs == {"anew"}
    assert measured_elsewhere(carried_out(config_of(), Keeping("last"))) == dict.fromkeys(ALL, "anew")
    assert taken_over(carried_out(config_of(), None)) == []


def submitted(config: RunConfig, store: Store, anew: bool = False) -> tuple[str, list[Event]]:
    run_id = service.submit(config, origin="cli", anew=anew)
    store.start(run_id, process_name())
    return run_id, list(worker.carry_out(run_id, store))


def test_a_run_that_was_submitted_keeps_its_stages_in_its_name_and_its_summary_says_so(store: Store) -> None:
    first, _ = submitted(config_of(), store)
    assert service.forecast(config_of()).kept == ("control", "distil", "prune", "recover")
    again, events = submitted(config_of(target_sparsity=0.7), store)
    assert taken_over(events) == ["control", "distil"]
    told = {stage["stage"]: stage["kept"] for stage in archive.summary(again)["stages"]}
    assert told["control"]["run"] == told["distil"]["run"] == first
    assert told["prune"] is None
    _, events = submitted(config_of(), store, anew=True)
    assert taken_over(events) == []
    assert any(isinstance(event, LossPoint) and event.variant == "teacher" for event in events)


def test_every_setting_of_a_run_is_an_input_of_a_stage_or_of_the_teacher() -> None:
    of_teacher = {"model", "dataset", "weights", "image_size"}
    of_students = {*stages.OF_RECOVERED, "recovery_epochs"} - {"epochs_after_pruning"}
    assert of_teacher | of_students | {"repeats"} == set(RunConfig.model_fields)
    assert set(CHANGES) | of_teacher | {"beta", "layer_sparsity", "round_to"} == set(RunConfig.model_fields)


def pairs() -> st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]]:
    """A run's settings, and the same with one of them changed."""
    changed = st.sampled_from([(name, value) for name, values in CHANGES.items() for value in values])
    return st.tuples(st.lists(changed, max_size=2).map(dict), changed).map(
        lambda drawn: (drawn[0], {**drawn[0], drawn[1][0]: drawn[1][1]})
    )


def check_pair(pair: tuple[dict[str, Any], dict[str, Any]], place: Path) -> None:
    """The second of two runs takes over what it can of the first, and equals itself carried out anew."""
    try:
        one, other = (config_of(**changes) for changes in pair)
    except InvalidConfig:
        return  # settings that do not go together
    carried_out(one, Keeping("one"))
    with_kept = carried_out(other, Keeping("other"), place / "kept")
    anew = carried_out(other, None, place / "anew")
    assert results(with_kept) == results(anew)
    assert exported(place / "kept") == exported(place / "anew")
    assert isinstance(with_kept[-1], RunFinished)


PROPERTY: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.generate],
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=3, **PROPERTY)
@given(pair=pairs())
def test_a_run_with_kept_stages_equals_the_run_anew(pair: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    check_pair(pair, tmp_path_factory.mktemp("pair"))


@pytest.mark.slow(minutes=4)
@settings(max_examples=50, **PROPERTY)
@given(pair=pairs())
def test_fifty_runs_with_kept_stages_equal_the_runs_anew(pair: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    check_pair(pair, tmp_path_factory.mktemp("pair"))


@pytest.mark.parametrize("name", ["model.safetensors", keeping.RECORD_FILE, folders.DESCRIPTION_FILE])
def test_a_damaged_stage_is_discarded_made_anew_and_the_run_says_so(name: str) -> None:
    first = carried_out(config_of(), Keeping("first"))
    (folder,) = cache_dir("stages").glob("*-distil-*")
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    os.truncate(folder / name, (folder / name).stat().st_size // 2)
    again = carried_out(config_of(), Keeping("again"))
    assert taken_over(again) == ["control", "prune", "recover"]
    (note,) = [e.note for e in again if isinstance(e, StageStarted) and e.stage == "distil"]
    assert "damaged" in note and name in note
    assert results(again) == results(first)
    assert (folder / "model.safetensors").read_bytes() == whole["model.safetensors"]
    assert taken_over(carried_out(config_of(), Keeping("last"))) == ["control", "distil", "prune", "recover"]


def test_a_stage_that_another_process_deletes_is_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at its checksums and the reading."""
    carried_out(config_of(), Keeping("first"))
    look = folders.discard_damaged

    def looked(folder: Path, made_from: dict[str, Any]) -> str:
        damage = look(folder, made_from)
        if "-distil-" in folder.name:
            folders.discard(folder)
        return damage

    monkeypatch.setattr(folders, "discard_damaged", looked)
    assert taken_over(carried_out(config_of(), Keeping("again"))) == ["control", "prune", "recover"]


def test_a_disk_that_takes_no_stage_does_not_end_the_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*given: object, **more: object) -> bool:
        raise OSError(28, "No space left on device")

    keep = folders.keep
    monkeypatch.setattr(
        folders,
        "keep",
        lambda folder, *rest, **more: (keep if "teachers" in str(folder) else full)(folder, *rest, **more),
    )
    assert isinstance(carried_out(config_of(), Keeping("first"))[-1], RunFinished)
    assert "No space left on device" in caplog.text


def test_nothing_is_kept_where_nothing_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDPS_KEEP_GB", "0")
    carried_out(config_of(), Keeping("first"))
    assert list(cache_dir("stages").iterdir()) == []
    assert taken_over(carried_out(config_of(), Keeping("again"))) == []


@pytest.mark.parametrize("small", [small_distilbert, small_t5])
def test_a_text_student_is_the_same_after_it_was_kept(small: Callable[[], torch.nn.Module]) -> None:
    """Tied tensors are tied again, and masks are the same."""
    initial, trained = small(), small()
    with torch.no_grad():
        for parameter in trained.parameters():
            parameter.add_(torch.randn(parameter.shape))
    name, parameter = next((n, p) for n, p in trained.named_parameters() if p.ndim == 2)
    made = Made(trained, {name: torch.rand(parameter.shape) > 0.5})
    setup = prepare(config_of(), keeping=Keeping("first"))
    folder = cache_dir("stages") / "a-text-student"
    keeping.keep(setup, folder, {"stage": "prune"}, made, [StageFinished(stage="prune", seconds=1, peak_memory_mb=1)])
    found = keeping.read(initial, folder)
    assert found is not None
    (model, kept_masks), record = found
    assert record.kept.run == "first"
    assert all(torch.equal(mask, made.masks[name]) for name, mask in kept_masks.items()) and len(kept_masks) == 1
    before, after = trained.state_dict(), model.state_dict()
    assert list(before) == list(after)
    assert all(
        torch.equal(tensor, after[key]) and tensor.stride() == after[key].stride() for key, tensor in before.items()
    )
    assert [n for n, _ in model.named_parameters()] == [n for n, _ in trained.named_parameters()]
    assert all(p.requires_grad for p in model.parameters()) and model.training == trained.training


def masks() -> Iterator[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    for shape in ((3,), (8, 2), (5, 3, 1, 1), (1,)):
        yield torch.rand(shape, generator=generator) > 0.5


def test_masks_are_the_same_after_they_were_bits() -> None:
    for mask in masks():
        assert torch.equal(keeping.unpacked(keeping.packed(mask), mask), mask)
        assert keeping.packed(mask).numel() == -(-mask.numel() // 8)


def test_a_tensor_lies_in_memory_as_before() -> None:
    tensor = torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last)
    again = keeping.laid_out(tensor.contiguous(), tensor.stride())
    assert torch.equal(again, tensor) and again.stride() == tensor.stride()
    assert keeping.strides(torch.nn.Conv2d(3, 4, 2)) == {}
