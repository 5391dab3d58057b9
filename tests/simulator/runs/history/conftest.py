"""Files of history whose runs are no longer here."""

from __future__ import annotations

import pytest

from simulator.config.data_rules import datasets_here
from simulator.config.run import make_config
from simulator.data import own_data, uploads
from simulator.data.own_data import OwnData
from simulator.runs import history
from simulator.runs.database.store import Store
from tests.simulator.brought import csv_bytes, texts
from tests.simulator.runs.history.brought_back import EVENTS


@pytest.fixture
def exported(store: Store) -> str:
    """A finished and a failed run, exported and then deleted."""
    for run_id, state in (("aa11", "finished"), ("bb22", "failed")):
        store.add(run_id, make_config({"temperature": 7.0}), None)
        store.start(run_id, "1@1")
        store.append(run_id, EVENTS)
        store.finish(run_id, state, "" if state == "finished" else "It broke.")
    store.add("cc33", make_config({}), None)  # under way: it is not history yet
    text = history.export_history()
    store.delete("aa11")
    store.delete("bb22")
    return text


@pytest.fixture
def on_own_data(store: Store) -> tuple[OwnData, str]:
    """A run on own data, exported; then the server lost its disk."""
    kept = own_data.keep(uploads.check("secret name.csv", csv_bytes(texts(100, ["cats", "dogs"]))).name, "Pets")
    store.add("ee55", make_config({"model": "distilbert", "dataset": kept.name}, datasets_here()), None)
    store.finish("ee55", "failed", "It broke.")
    text = history.export_history()
    store.delete("ee55")
    own_data.remove(kept.name, keep_description=False)
    return kept, text
