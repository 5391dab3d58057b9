"""Anybody can write a link: whatever it holds, every page opens, and nothing in it acts on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.markdown import HOSTILE, alive, markdown_of

PAGES = sorted(path.stem for path in Path(__file__).parents[2].glob("pages/*.py"))


def acting(app):
    return [found for text in markdown_of(app) for found in alive(text)]


@pytest.mark.parametrize("name", ["seed", "epochs", "temperature", "learning_rate", "train_examples", "student_size"])
@pytest.mark.parametrize("value", ["1e309", "-inf", "nan", "9" * 400, "", "1.5", "٣"])
def test_the_lab_opens_whatever_number_a_link_holds(open_screen, name, value):
    app = open_screen("lab", **{name: value})
    assert not app.error
    app.run()
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "value"), [("round_to", "NaN"), ("beta", "-1e400"), ("temperature", "1e309"), ("rounds", "99")]
)
def test_what_the_lab_refuses_is_named_as_it_was_written_and_leaves_the_address(open_screen, name, value):
    app = open_screen("lab", **{name: value})
    assert f"{value} does not fit here" in app.warning[0].value.replace("\\", "")
    assert name not in app.query_params


@pytest.mark.parametrize("name", ["model", "dataset", "pruning", "layer_sparsity", "also_prune", "seed", "run"])
def test_what_a_link_to_the_lab_asks_for_is_named_as_plain_text(open_screen, name):
    for value in HOSTILE[:4]:
        app = open_screen("lab", **{name: value})
        assert any("evil" in text for text in markdown_of(app))
        assert acting(app) == []


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("compare", "runs"), ("results", "run"), ("experiments", "run"), ("experiments", "experiment"),
        ("guided_labs", "lab"), ("guided_labs", "progress"), ("quiz", "quiz"), ("learn_loss", "run"),
    ],
)  # fmt: skip
def test_what_a_link_to_another_page_asks_for_is_named_as_plain_text(open_screen, page, name):
    app = open_screen(page, **{name: " ".join(HOSTILE[:2])})
    assert any("evil" in text for text in markdown_of(app))
    assert acting(app) == []


def test_every_bad_part_of_a_link_to_a_quiz_is_named(open_screen):
    bad = {"seed": "1e309", "questions": "-1", "answers": "0\0", "at": "nan"}
    app = open_screen("quiz", quiz="everything", **bad)
    for name in bad:
        assert sum(f"{name}=" in warning.value for warning in app.warning) == 1
    assert "cannot be read" in app.error[0].value
    assert not set(bad) & set(app.query_params)
    app = open_screen("quiz", quiz=" ".join(HOSTILE), **bad)
    assert len(app.warning) == 5
    assert acting(app) == []


def test_shares_by_hand_name_weights_and_nothing_else(open_screen):
    app = open_screen("lab", scope="By hand", layer_sparsity="![evil](https://evil.example/a.png)=0.5")
    assert "needs a weight's name" in app.warning[0].value
    assert acting(app) == []


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("learn_inside", "learn_network"), ("learn_masks", "learn_pattern"), ("learn_masks", "learn_importance"),
        ("learn_masks", "learn_ranked"), ("learn_zeros", "learn_pattern"), ("compare", "picture"),
    ],
)  # fmt: skip
def test_an_empty_choice_in_a_link_is_the_usual_one(open_screen, page, name):
    assert not open_screen(page, **{name: ""}).error


def test_a_link_with_six_hundred_runs_says_so_in_a_few_lines(open_screen):
    app = open_screen("compare", runs=",".join(f"r{n}" for n in range(600)))
    assert "595 more runs cannot be compared either." in app.warning[0].value


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_parameters_that_it_does_not_know(open_screen, page):
    app = open_screen(page, run="x" * 5_000, utm_source="<script>", seed="1e309", at="-1", step="0", data="\0")
    assert acting(app) == []
