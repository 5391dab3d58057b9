"""The filters of the list of runs, and the address that holds them."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.data import own_data, uploads
from simulator.experiments import make_experiment
from simulator.runs import archive, notes
from simulator.runs.database.store import Store
from tests.simulator.brought import csv_bytes, texts
from tests.ui.invented import whole_run
from tests.ui.reading import tables_on, words
from ui.screens.results.filters import ANY, Filters, kept

DIGITS = "Handwritten digits"


@pytest.fixture
def several(store: Store):
    for run_id, config in (
        ("plain", make_config({})),
        ("hot", make_config({"temperature": 12.0, "target_sparsity": 0.8})),
        ("text", make_config({"model": "distilbert"})),
        ("trial", make_experiment("how_hot")),
    ):
        store.add(run_id, config, None)
    return archive.list_runs(["queued"])[::-1]


def test_runs_are_kept_by_model_by_data_and_by_text(several):
    def ids(model=ANY, data=ANY, text=ANY):
        return [run.id for run in kept(several, Filters(model, data, text), {"plain": "Ada: my first, at 80 %"})]

    assert ids() == ["plain", "hot", "text", "trial"]
    assert ids(model="DistilBERT") == ["text"]
    assert ids(data="digits") == ["plain", "hot", "trial"]
    assert ids(model="DistilBERT", data="digits") == []
    assert ids(text="t = 12") == ["hot"]
    assert ids(text="T = 1") == []  # not the beginning of 12
    assert ids(text="resn") == ["plain", "hot", "trial"]
    assert ids(text="net") == []  # a text is looked for from the beginning of a word
    assert ids(text="ada") == ["plain"]
    assert ids(text="80 %") == ["plain", "hot"]
    assert ids(text="T =  12, 80 % cut,") == ["hot"]
    assert ids(text=" , ") == ids()
    assert ids(text="queued, how hot") == ["trial"]
    assert ids(text="(.*") == []


def test_a_number_is_found_as_the_app_writes_it_and_only_as_a_whole(store: Store):
    store.add("few", make_config({"train_examples": 500}), None)
    store.add("many", make_config({"train_examples": 1077}), None)
    runs = archive.list_runs(["queued"])
    notes_by_id = {"many": "1,500 or 6,077,001 steps", "few": "Seats 3,4"}

    def ids(text):
        return [run.id for run in kept(runs, Filters(ANY, ANY, text), notes_by_id)]

    assert ids("1,077 examples") == ["many"]
    assert ids("1,077 examples,T = 4,1,500 or") == ["many"]
    assert ids("500") == ids("500 examples") == ["few"]  # not the end of 1,500
    assert ids("077") == ids("077 examples") == ids("6") == ids("6,077") == []
    assert ids("1,500") == ids("6,077,001") == ["many"]
    assert ids("3") == ids("4, few") == ids("Seats 3,4") == ["few"]


def test_data_with_one_title_are_two_choices(open_screen, stored):
    names = []
    for topics in (70, 80):
        names.append(own_data.keep(uploads.check("t.csv", csv_bytes(texts(topics))).name, "Pets").name)
        stored(f"r{topics}", "failed", [], make_config({"model": "distilbert", "dataset": names[-1]}))
        own_data.remove(names[-1], keep_description=True)  # its title may be given again
    app = open_screen("runs")
    pets = [option for option in app.selectbox(key="only_data").options if "Pets" in option]
    assert sorted(pets) == sorted(f"Pets ({name})" for name in names)
    app.selectbox(key="only_data").set_value(names[0]).run()
    assert tables_on(app)[0]["Run"] == ["r70"]
    assert app.selectbox(key="only_data").value == names[0]
    app.text_input(key="only_text").set_value("nowhere").run()
    assert app.info[0].value == "None of these 6 runs fits the filters (Pets, text 'nowhere')."


def test_a_link_opens_the_same_list_and_a_button_shows_all_again(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "finished", list(whole_run()), make_config({"temperature": 8.0}))
    stored("r3", "failed", [], make_config({"model": "distilbert", "temperature": 8.0}))
    notes.write_note("r1", "Ada's first")
    app = open_screen("runs", only_model="ResNet-18", only_data=DIGITS, only_text="T = 8")
    assert tables_on(app)[0]["Run"] == ["r2"]
    assert tables_on(app)[0]["Changed"] == ["T = 8"]
    assert app.text_input(key="only_text").value == "T = 8"
    assert "**1 of 7 runs**" in words(app)
    app.text_input(key="only_text").set_value("ada's").run()
    assert tables_on(app)[0]["Run"] == ["r1"]
    app.button(key="show_all_runs").click().run()
    assert tables_on(app)[0]["Run"][:3] == ["r3", "r2", "r1"]
    assert not [name for name in app.query_params if name.startswith("only_")]


def test_a_filter_that_leaves_nothing_says_so(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("runs", only_model="DistilBERT", only_text="*seed* 77")
    [sentence] = [info.value for info in app.info]
    assert sentence == r"None of these 5 runs fits the filters (DistilBERT, text '\*seed\* 77')."
    assert not tables_on(app)
    assert "open_run" not in [button.key for button in app.button]
    app.button(key="show_all_runs").click().run()
    assert not app.exception and len(tables_on(app)[0]["Run"]) == 5


def test_a_link_with_a_model_that_does_not_exist_shows_all(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("runs", only_model="Nothing", only_text="")
    assert len(tables_on(app)[0]["Run"]) == 5
    assert not app.info


def test_older_runs_are_found_by_a_filter_only(open_screen, stored, monkeypatch):
    monkeypatch.setattr("ui.screens.results.runs.MOST_LISTED", 2)
    stored("r1", "finished", list(whole_run()), make_config({"seed": 77}))
    stored("r2", "failed")
    stored("r3", "failed")
    app = open_screen("runs")
    assert tables_on(app)[0]["Run"] == ["r3", "r2"]
    assert "Listed: the newest 2 of 7." in words(app)
    app.text_input(key="only_text").set_value("seed 77").run()
    assert tables_on(app)[0]["Run"] == ["r1"]
