"""The Compare page: any finished runs, named by its address."""

from __future__ import annotations

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.events import Described, Measured
from simulator.experiments import make_experiment
from simulator.figures import numbers as words_of_app
from simulator.runs import recorded, service
from tests.ui.invented import PROVENANCE, measurement, whole_run
from tests.ui.reading import panels_on, tables_on
from ui.figures.compare import rows
from ui.screens.results.compare import pictures
from ui.shell.plain import literal

RECORDED = [r.run.id for r in recorded.all_recorded()]


@pytest.fixture(autouse=True)
def nothing_kept():
    rows.entries_of.cache_clear()  # the tests use the same ids for other runs


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.header)
    return " ".join(str(e.value) for kind in kinds for e in kind)


def variants(app):
    return tables_on(app)[0]


def run_with(provenance=PROVENANCE, **accuracies):
    yield Described(provenance=provenance, class_names=("cat", "dog"))
    for name, accuracy in accuracies.items():
        yield Measured(measurement=measurement(name, accuracy))


def test_the_first_visit_compares_the_recorded_runs(open_screen):
    app = open_screen("compare")
    assert app.multiselect[0].value == RECORDED
    assert app.query_params["runs"] in (",".join(RECORDED), [",".join(RECORDED)])
    stored = [m for r in recorded.all_recorded() for m in r.measurements]
    assert variants(app).orders("Accuracy") == [m.accuracy for m in stored]
    assert variants(app).orders("MACs") == [m.macs for m in stored]
    assert "2 different sets of test examples" in words(app)
    assert f"{len(stored)} of {len(stored)} variants" in words(app)


def test_the_picture_shows_the_runs_that_are_compared(open_screen):
    app = open_screen("compare")
    file, accuracy, time = panels_on(app)
    for letter, one in zip("ABCD", recorded.all_recorded(), strict=True):
        teacher, student = one.measurements[0], one.measurements[-1]
        for m in (teacher, student):
            name = f"{letter} {m.name}"
            assert f"{name} {words_of_app.size(m.size_bytes)}" in file["alt"]
            assert f"{name} {words_of_app.percent(m.accuracy)}" in accuracy["alt"]
            assert f"{name} {words_of_app.milliseconds(m.latency_ms['batch_1'].median)}" in time["alt"]
        config = one.run.settings
        name = f"{letter}: {MODELS[config.model].title}, {DATASETS[config.dataset].title}"
        assert f"**{literal(name)}**  \n  The student is " in words(app)


def test_the_picture_shows_no_more_runs_than_can_be_read(open_screen, stored):
    ids = [stored(f"r{n}", "finished", list(whole_run())) or f"r{n}" for n in range(8)]
    app = open_screen("compare", runs=",".join(ids))
    assert "Drawn: the first 6 of these 8 runs." in words(app)
    assert "F teacher" in panels_on(app)[0]["alt"] and "G teacher" not in panels_on(app)[0]["alt"]


def test_a_link_opens_its_runs_in_its_order_and_says_what_cannot_be_compared(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "queued")
    stored("s1", "finished", [], make_experiment("how_hot"))
    app = open_screen("compare", runs="recorded-resnet18, r1,nowhere,r2,s1,r1")
    assert app.multiselect[0].value == ["recorded-resnet18", "r1"]
    text = words(app)
    assert "There is no run 'nowhere'" in text
    assert "`r2` is waiting: only finished runs" in text
    assert "`s1` is an experiment" in text
    assert list(dict.fromkeys(variants(app)["Run"])) == ["A: run recorded-resnet18", "B: run r1"]  # equal settings


def test_a_link_with_nothing_known_shows_the_recorded_runs(open_screen):
    app = open_screen("compare", runs="gone")
    assert app.multiselect[0].value == RECORDED
    assert "There is no run 'gone'" in words(app)


def test_picking_other_runs_changes_the_address(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("compare")
    app.multiselect[0].set_value(["r1"]).run()
    assert app.query_params["runs"] in ("r1", ["r1"])
    assert len(variants(app)) == 5
    app.multiselect[0].set_value([]).run()
    assert "Choose one or more finished runs" in words(app)
    assert not app.exception


def test_the_address_holds_the_picture_too(open_screen):
    place = f"Handwritten digits, {rows.entries_of('recorded-resnet18')[0].where.machine}"
    app = open_screen("compare", place=place, across="Latency, batch 32 (ms)", upwards="F1 (%)")
    assert app.selectbox(key="place").value == rows.entries_of("recorded-resnet18")[0].where
    assert (app.selectbox(key="across").value, app.selectbox(key="upwards").value) == ("Batch 32", "F1")
    app.multiselect[0].set_value(["recorded-t5-small"]).run()  # which has no place of that name
    assert not app.exception
    assert app.selectbox(key="place").value == rows.entries_of("recorded-t5-small")[0].where
    app = open_screen("compare", place="nowhere", across="nothing")
    assert not app.exception
    assert app.selectbox(key="across").value == "Gzipped"


def test_the_choice_stays_when_time_passes_and_when_others_run(open_screen, stored, monkeypatch):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("compare", runs="r1")
    monkeypatch.setattr(words_of_app, "ago", lambda moment: "5 min ago")
    stored("r2", "finished", list(whole_run()))
    app.run()
    assert app.multiselect[0].value == ["r1"]
    assert len(app.multiselect[0].options) == 2 + len(RECORDED)
    service.delete("r2")
    app.run()
    assert app.multiselect[0].value == ["r1"]


def test_a_chosen_run_that_somebody_deletes_leaves_the_others(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "finished", list(whole_run()))
    app = open_screen("compare", runs="r1,r2")
    service.delete("r2")
    app.run()
    assert not app.exception
    assert app.multiselect[0].value == ["r1"]
    assert "There is no run 'r2'" in words(app)


def test_without_any_run_it_points_to_the_lab(open_screen, monkeypatch):
    monkeypatch.setattr(recorded, "all_recorded", lambda: ())
    assert "No run has finished yet" in words(open_screen("compare"))


def test_the_front_is_of_everything_run_so_far_and_times_are_of_one_machine(open_screen, stored):
    elsewhere = PROVENANCE.model_copy(update={"device": "a faster CPU"})
    stored("r1", "finished", list(run_with(teacher=0.7, pruned=0.5)))
    stored("r2", "finished", list(run_with(teacher=0.8)))
    stored("r3", "finished", list(run_with(elsewhere, teacher=0.99)))
    app = open_screen("compare", runs="r1,r3")
    assert "timed in 2 places" in words(app)
    # sizes and accuracies compare wherever they were measured
    (place,) = app.selectbox(key="place").options
    assert place.startswith("Handwritten digits, any machine")
    assert variants(app)["On the front"] == ["", "", "yes"]
    app.selectbox(key="across").set_value("Batch 1").run()
    assert app.selectbox(key="place").options == [
        "Handwritten digits, a test's CPU, 2 threads", "Handwritten digits, a faster CPU, 2 threads",
    ]  # fmt: skip
    # r2 is not chosen, and beats r1; r3 is better still, and on another machine
    assert variants(app)["On the front"] == ["", "", "not compared"]
    app.button(key="add_front_runs").click().run()
    assert app.multiselect[0].value == ["r1", "r3", "r2"]
    assert variants(app)["On the front"] == ["", "", "not compared", "yes"]
    app.selectbox(key="place").set_value(app.selectbox(key="place").options[1]).run()
    assert variants(app)["On the front"] == ["not compared"] * 2 + ["yes", "not compared"]


def test_ranges_beside_the_parallel_lines_filter_the_table(open_screen, stored):
    stored("r1", "finished", list(run_with(teacher=0.9, pruned=0.5, recovered=0.8)))
    app = open_screen("compare", runs="r1", picture=pictures.PARALLEL)
    app.select_slider[0].set_value(("50.0 %", "80.0 %")).run()
    assert variants(app)["Variant"] == ["pruned", "recovered"]
    assert "2 of 3 variants" in words(app)
    assert "without an axis: Without zeros" in words(app)
    app.button(key="show_all").click().run()
    assert len(variants(app)) == 3
    assert not app.exception


def test_runs_are_named_by_what_differs_and_what_they_share_is_said_once(open_screen, stored):
    stored("r1", "finished", list(whole_run()), make_config({"target_sparsity": 0.8, "seed": 3}))
    stored("r2", "finished", list(whole_run()), make_config({"temperature": 8.0, "seed": 3}))
    app = open_screen("compare", runs="r1,r2")
    names = ["A: T = 4, 80 % cut", "B: T = 8, 50 % cut"]
    assert [link.label for link in app.get("page_link") if link.label.startswith(("A:", "B:"))] == names
    assert list(dict.fromkeys(variants(app)["Run"])) == names
    assert tables_on(app)[1].titles == ["What", *names]
    captions = [caption.value for caption in app.caption]
    assert "; ".join(names) in captions  # beside the picture
    [common] = [text for text in captions if text.startswith("Both: ResNet-18, Handwritten digits, ")]
    assert "seed 3" in common and "T =" not in common
    chosen = [option for option in app.multiselect[0].options if "(r1)" in option or "(r2)" in option]
    assert chosen == [
        "T = 8, seed 3: ResNet-18 on Handwritten digits (r2)", "80 % cut, seed 3: ResNet-18 on Handwritten digits (r1)",
    ]  # fmt: skip


def test_settings_that_differ_stand_side_by_side(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "finished", list(whole_run()), make_config({"temperature": 8.0}))
    app = open_screen("compare", runs="r1,r2")
    assert tables_on(app)[1].row("Temperature T") == ["4", "8"]
    assert "Weights used" not in tables_on(app)[1]["What"]
    app = open_screen("compare", runs="r1,r2", only_differing="false")
    assert tables_on(app)[1].tinted() == ["Temperature T"]
    assert tables_on(app)[1].row("Weights used") == ["from scratch"] * 2
    assert tables_on(app)[1].row("Machine") == ["a test's CPU, 2 threads"] * 2


def test_runs_that_did_not_store_their_machine_are_on_no_front(open_screen, stored):
    stored("r1", "finished", [Measured(measurement=measurement("teacher"))])
    app = open_screen("compare", runs="r1")
    assert "no front can be drawn" in words(app)
    assert len(variants(app)) == 1
