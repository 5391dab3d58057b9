"""The models, their teachers beside baselines, and what is available here."""

from __future__ import annotations

from simulator.catalog.datasets import DATASETS
from simulator.data import availability, baselines
from simulator.figures import numbers as words_of
from tests.ui.reading import tables_on, words


def test_models_shows_teachers_beside_baselines_and_how_many_near_duplicates_there_are(open_screen):
    data, accuracies = tables_on(open_screen("models"))[-2:]
    assert data.row(DATASETS["docstrings"].title)[4] == str(baselines.read()["docstrings"].near_duplicates)
    assert data.row(DATASETS["sst2"].title)[4] == "not searched for"
    expected = [
        (DATASETS[name].title, words_of.percent(row.validation), words_of.percent(row.test))
        for name, found in baselines.read().items()
        for row in (*found.teachers, *found.baselines)
    ]
    assert [*zip(*(accuracies[title] for title in ("Data", "Validation", "Test")), strict=True)] == expected
    assert "TF-IDF, logistic regression" in accuracies["Method"]
    assert "DistilBERT, from random weights" in accuracies["Method"]


def test_what_is_not_reachable_is_named_with_its_reason_and_asked_again_by_a_button(open_screen, monkeypatch):
    asked = []

    def ask():
        asked.append(1)
        return "no *answer*" if len(asked) == 1 else ""

    question = availability.Question("a/model", ask)
    monkeypatch.setattr(availability, "_decided", {})
    assert availability._wait_for(question).state == "not reachable"
    monkeypatch.setattr(availability, "data_state_soon", lambda name: "not reachable")
    app = open_screen("lab", model="distilbert", dataset="sst2")
    assert "Try again" in [b.label for b in app.button]
    app = open_screen("models")
    assert r"Not reachable: a/model: no \*answer\*." in [m.value for m in app.markdown]
    next(b for b in app.button if b.label == "Try again").click().run()
    assert "Try again" not in [b.label for b in app.button]
    assert availability._wait_for(question).state == "reachable"


def test_models_shows_four_cards_with_published_figures(open_screen):
    app = open_screen("models")
    assert [s.value for s in app.subheader] == ["DistilBERT", "T5-small", "MobileNetV2", "ResNet-18"]
    figures = [shown.row("Parameters")[0] for shown in tables_on(app)[:4]]
    assert figures == ["66,955,010", "60,506,624", "3,504,872", "11,689,512"]
    assert words(app).count("not reachable, so trained from scratch") == 4
