"""The screen on single answers: which test examples the variants answer differently."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from simulator.events import Variant
from simulator.teaching.lesson import Lesson
from ui.kit import chart_view
from ui.screens.learn import answers, arithmetic, opening
from ui.shell.plain import literal


@st.fragment
def screen(opened: Lesson) -> None:
    """Choose who is wrong; then each example with every variant's probabilities."""
    student: list[Variant] = [v for v in opened.variants if v != "teacher"]
    opening.presets(
        "changed",
        {
            "The teacher is wrong": {"learn_wrong": ["teacher"], "learn_right": []},
            "Pruning broke it": {"learn_wrong": ["pruned"], "learn_right": ["distilled"]},
            "The teacher helped": {"learn_wrong": ["control"], "learn_right": ["distilled"]},
        },
    )
    left, right = st.columns([1, 2], gap="medium")
    with left:
        wrong: list[Variant] = st.pills("Wrong", opened.variants, selection_mode="multi", wrap=True, key="learn_wrong",
                                        bind="query-params", persist_state="session")  # fmt: skip
        others: list[Variant] = st.pills("Right", opened.variants, selection_mode="multi", wrap=True, key="learn_right",
                                         bind="query-params", persist_state="session")  # fmt: skip
        rows, places = matching(opened, wrong, others)
        st.markdown(count_words(opened, len(rows), len(places), is_chosen=bool(wrong or others)))
    if not places:
        with right:
            st.info(nothing_kept(len(rows), is_chosen=bool(wrong or others)), icon=":material/filter_alt_off:")
        return
    with left:
        number = 1
        if len(places) > 1:
            number = st.slider("Which of them", 1, len(places), 1, key=f"learn_which_{'-'.join([*wrong, '', *others])}")
        place = places[number - 1]
        opening.show_input(opened, place)
    with right:
        row = opened.facts.shown[place]
        logits = {v: opened.logits[v][row] for v in opened.variants}
        names = opened.facts.class_names
        summary = answers.bars_alt(logits, names, 1.0)
        chart_view.show(answers.bars(logits, names, 1.0), "changed_bars", summary)
        st.caption(literal(summary))
        st.markdown(whose(logits, int(opened.labels[row]), ["teacher", *student]))


def matching(opened: Lesson, wrong: Sequence[Variant], right: Sequence[Variant]) -> tuple[list[int], list[int]]:
    """The test examples that all of ``wrong`` miss and all of ``right`` hit, and the places of those that are shown.

    Without a choice: those that the variants answer differently.
    """
    misses = arithmetic.wrong(opened.logits, opened.labels)
    found = np.ones(len(opened.labels), dtype=bool) if wrong or right else arithmetic.differ(opened.logits)
    for name in wrong:
        found &= misses[name]
    for name in right:
        found &= ~misses[name]
    return [int(i) for i in np.flatnonzero(found)], [p for p, row in enumerate(opened.facts.shown) if found[row]]


def count_words(opened: Lesson, found: int, kept: int, is_chosen: bool) -> str:
    """How many test examples fit the choice, and how many inputs were kept."""
    fit = "fit" if is_chosen else "are answered differently by some of the variants"
    text = f"**{found}** of {opened.facts.test_examples} test examples {fit}"
    return f"{text}." if found == kept else f"{text}; the input of **{kept}** of them was kept."


def nothing_kept(found: int, is_chosen: bool) -> str:
    """Why no example can be shown, and what to do."""
    if not is_chosen and not found:
        return "All variants answer all test examples alike. Choose another run above."
    why = "No input of these examples was kept." if found else "No test example fits."
    return f"{why} Remove a choice on the left, or choose another run above."


def whose(logits: dict[Variant, np.ndarray], label: int, order: Sequence[Variant]) -> str:
    """Who is right on this example, and who is not."""
    right = [v for v in order if int(logits[v].argmax()) == label]
    wrong = [v for v in order if v not in right]
    return f"Right: {', '.join(right) or 'none'}. Wrong: {', '.join(wrong) or 'none'}."
