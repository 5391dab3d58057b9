"""What a run works with: the same data for every student, and the teacher that its settings decide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from simulator.config.run import RunConfig, make_config
from simulator.engine import datasets
from simulator.engine.setup import Setup, precision, preparation, prepare, provenance, teacher_made_from
from simulator.events import Progress
from simulator.events.outcome import Outcome
from simulator.runs.kept import teachers

SMALL = {"train_examples": 128, "weights": "scratch"}


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        return prepare(make_config(SMALL))


def test_every_split_is_there_encoded_and_in_its_order(setup: Setup) -> None:
    data = datasets.load("digits")
    parts = ((setup.train, data.train), (setup.validation, data.validation), (setup.test, data.test))
    for examples, split in parts:
        assert examples.labels.tolist() == split.labels.tolist()
        assert examples.inputs["pixels"].shape == (len(split), 3, 32, 32)
    assert setup.tokenizer == b""


def test_the_first_stage_says_how_far_it_is_and_gives_the_same(setup: Setup) -> None:
    stage = Outcome(preparation(setup.config))
    assert list(stage) == [Progress(stage="prepare", done=done, total=3) for done in range(4)]
    assert torch.equal(stage.result.train.inputs["pixels"], setup.train.inputs["pixels"])
    assert stage.result.teacher.folder.name == setup.teacher.folder.name


def teacher_of(**settings: object) -> str:
    config: RunConfig = make_config(SMALL | settings)
    return prepare(config).teacher.folder.name


def test_students_of_other_settings_share_a_teacher_and_other_pictures_have_another(setup: Setup) -> None:
    mine = setup.teacher.folder.name
    assert teacher_of(student_size=0.25, epochs=9, seed=3, temperature=8.0, train_examples=64) == mine
    assert teacher_of(image_size=64) != mine


@pytest.mark.parametrize("changed", ["weights", "data", "device", "precision"])
def test_what_is_known_only_once_it_is_loaded_decides_a_teacher_too(setup: Setup, changed: str) -> None:
    """Threads, processor and versions are tested with what is known before."""
    given = {"found": setup.weights, "data": setup.data, "device": setup.device, "bfloat16": setup.bfloat16}
    others = {
        "weights": {"found": replace(setup.weights, sha256="0" * 64)},
        "data": {"data": replace(setup.data, fingerprint="other data")},
        "device": {"device": torch.device("mps")},
        "precision": {"bfloat16": not setup.bfloat16},
    }
    same, another = (
        teachers.folder(teacher_made_from(setup.config, **values)).name  # type: ignore[arg-type]
        for values in (given, given | others[changed])
    )
    assert same == setup.teacher.folder.name != another


def test_where_the_numbers_come_from_is_what_was_loaded(setup: Setup) -> None:
    told = provenance(setup)
    assert (told.source, told.sha256, told.revision, told.seed) == ("scratch", None, None, 0)
    assert told.data == datasets.load("digits").fingerprint
    assert told.versions["torch"].startswith(torch.__version__.split("+")[0])
    assert (told.teacher, told.teacher_was_cached, told.teacher_damage) == (setup.teacher.folder.name, False, "")
    assert told.threads == torch.get_num_threads()


def test_a_tokenizer_is_trained_on_the_texts_and_its_file_is_kept_with_the_run(data_directory: Path) -> None:
    text = prepare(make_config({"model": "t5_small", "dataset": "reviews_topic", **SMALL}))
    assert len(text.tokenizer) > 1000
    assert set(text.train.inputs) == {"input_ids", "attention_mask", "label_ids"}


def test_small_cnns_are_trained_in_float32_everywhere(setup: Setup) -> None:
    assert not setup.bfloat16
    assert (precision(False), precision(True)) == ("float32", "bfloat16")
