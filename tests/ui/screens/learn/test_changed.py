"""The examples that variants answer differently."""

from __future__ import annotations

import numpy as np

from tests.ui.reading import widget, words
from ui.screens.learn import changed


def test_where_no_example_fits_it_says_so_and_what_to_do(open_screen):
    app = open_screen("learn_answers")
    everyone = ["teacher", "control", "distilled", "pruned", "recovered"]
    widget(app, "learn_wrong").set_value(everyone[:1]).run()
    widget(app, "learn_right").set_value(everyone[:1]).run()
    assert "No test example fits. Remove a choice" in words(app)
    assert not app.exception


def test_where_all_variants_answer_alike_no_choice_is_blamed():
    assert changed.nothing_kept(0, is_chosen=False).startswith("All variants answer all test examples alike.")
    assert "No input of these examples was kept" in changed.nothing_kept(3, is_chosen=False)


def test_what_the_count_is_of_is_said_with_and_without_a_choice(open_screen):
    app = open_screen("learn_answers")
    assert "test examples are answered differently by some of the variants" in words(app)
    app.button(key=next(b.key for b in app.button if b.key.startswith("try_"))).click().run()
    assert "test examples fit" in words(app)


def test_examples_match_who_is_wrong_and_who_is_right(opened):
    wrong = {v: set(np.flatnonzero(of.argmax(1) != opened.labels)) for v, of in opened.logits.items()}
    rows, places = changed.matching(opened, ["pruned"], ["distilled"])
    assert set(rows) == wrong["pruned"] - wrong["distilled"]
    assert {opened.facts.shown[p] for p in places} == set(rows) & set(opened.facts.shown)
    rows, _ = changed.matching(opened, [], [])
    answers = np.stack([of.argmax(1) for of in opened.logits.values()])
    assert rows == [i for i in range(answers.shape[1]) if len(set(answers[:, i])) > 1]
