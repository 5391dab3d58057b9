"""What a server knows of own data that is on another: enough to read its runs, and nothing that no upload leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.data import descriptions, own_data, uploads
from simulator.data.own_data import OwnData
from simulator.errors import InvalidUpload, NotAvailable, SimulatorError
from tests.simulator.brought import csv_bytes, texts


@pytest.fixture(scope="module")
def with_pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one data set."""
    folder = tmp_path_factory.mktemp("own") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(folder))
        own_data.keep(uploads.check("t.csv", csv_bytes(texts())).name, "Pets")
    return folder


@pytest.fixture
def kept(with_pets: Path, data_directory: Path) -> OwnData:
    """The data set, in this test's own folder."""
    shutil.copytree(with_pets, data_directory)
    (kept,) = own_data.listed()
    return kept


def test_a_description_has_no_examples_and_makes_runs_readable_elsewhere(kept: OwnData) -> None:
    known = descriptions.described(kept.name)
    assert (known.name, known.title, known.class_names) == (kept.name, "Pets", ("cats", "dogs"))
    own_data.remove(kept.name, keep_description=False)
    with pytest.raises(NotAvailable, match="no data set"):
        descriptions.described(kept.name)
    with descriptions.taken([known]):
        pass
    assert own_data.dataset_info(kept.name).class_names == ("cats", "dogs")
    assert not own_data.is_here(kept.name)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "own-../../etc"},
        {"title": ""},
        {"title": "x" * (own_data.TITLE_LENGTH + 1)},
        {"title": "[a link](http://x)"},
        {"class_names": ("cats", "cats")},
        {"class_names": ("cats",), "counts": ((1, 1, 1),)},
        {"class_names": ("cats", "d" * (descriptions.LONGEST_NAME + 1))},
        {"counts": ((1, 1, 1),)},
    ],
)
def test_what_no_upload_leaves_is_refused(kept: OwnData, change: dict[str, object]) -> None:
    descriptions.check(kept)
    with pytest.raises(SimulatorError):
        descriptions.check(kept.model_copy(update=change))


def test_nothing_is_kept_where_what_follows_fails_and_what_is_here_is_not_touched(kept: OwnData) -> None:
    other = kept.model_copy(update={"name": "own-00000000", "title": "Others"})

    def bring() -> None:
        with descriptions.taken([kept, other]):
            assert own_data.record(other.name)
            raise InvalidUpload("The runs are broken.")

    with pytest.raises(InvalidUpload):
        bring()
    assert own_data.record(other.name) is None
    assert own_data.is_here(kept.name)


def test_a_server_knows_only_so_many(kept: OwnData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptions, "MOST_KNOWN", 1)
    other = kept.model_copy(update={"name": "own-00000000"})
    with pytest.raises(SimulatorError, match="at most 1"), descriptions.taken([other]):
        pytest.fail("it was taken")
    with descriptions.taken([kept]):  # nothing new
        pass


def test_descriptions_that_no_run_needs_are_forgotten_and_data_that_is_here_is_not(kept: OwnData) -> None:
    names = ["own-00000000", "own-11111111"]
    with descriptions.taken(kept.model_copy(update={"name": name}) for name in names):
        pass
    descriptions.forget_all_but({names[0]})
    assert own_data.record(names[0]) and own_data.record(names[1]) is None
    assert own_data.is_here(kept.name)
