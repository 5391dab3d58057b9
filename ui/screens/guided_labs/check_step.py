"""A check of a guided lab: a question, a hint and a second try after a wrong answer, and the explanation at the end."""

from __future__ import annotations

import streamlit as st

from simulator.teaching.labs import Evidence, progress
from simulator.teaching.labs.progress import Check, LabProgress
from simulator.teaching.quiz.question import Question
from simulator.teaching.quiz.sitting import Sitting
from ui.screens import quiz
from ui.screens.guided_labs import sections as guided_labs
from ui.screens.guided_labs.sections import Place
from ui.shell.guard import errors_shown

PLACES = ("First", "Second")


def the_check(place: Place, record: LabProgress, found: Evidence, number: int) -> None:
    """Ask one of the two questions; once it needs no further try, explain it.

    Args:
        number: The question's place in the lab, from 0.
    """
    question = place.lab.questions(found)[number]
    facts, _, asked = question.text.rpartition(". ")
    if facts:
        st.markdown(f"{facts}.")
    st.markdown(f"#### {asked}")
    if number >= record.answered:
        _ask(place, record, question, number)
    elif record.checks[number].is_about(question):
        _explain(question, record.checks[number])
    else:
        st.info(
            "You answered an earlier version of this check, with another question or other answers to choose from. It "
            "counts as answered. Here is today's question with its answer.",
            icon=":material/history:",
        )
        st.markdown(f"**The right answer:** {quiz.as_markdown(question, question.right_words())}")
        st.markdown(quiz.as_markdown(question, question.explanation))


def _ask(place: Place, record: LabProgress, question: Question, number: int) -> None:
    if place.progress is None:
        return
    tried = record.tried(number, question)
    if tried:
        st.warning(
            f"**Not yet.** You answered: {_given(question, tried[0])}\n\n"
            f"**A hint for your second try:** {quiz.as_markdown(question, question.hint)}",
            icon=":material/lightbulb:",
        )
    order = Sitting(int(place.progress[:8], 16), (question,))  # the progress decides the order of the options
    answer = quiz.answer_form(order, question, tried)
    with errors_shown():
        if answer is not None:
            progress.answer(place.progress, place.lab, number, question, answer)
            guided_labs.go_to(place.step)
            st.rerun()


def _explain(question: Question, check: Check) -> None:
    right = quiz.as_markdown(question, question.right_words())
    given = "; then: ".join(_given(question, answer) for answer in check.tried)
    if not check.is_right:
        st.error(
            f"**Not right.** You answered: {given}\n\n**The right answer:** {right}",
            icon=":material/cancel:",
        )
    elif len(check.tried) == 1:
        st.success(f"**Right:** {right}", icon=":material/check_circle:")
    else:
        st.success(f"**Right on the second try:** {right}", icon=":material/check_circle:")
        st.caption(f"You answered: {given}")
    st.markdown(quiz.as_markdown(question, question.explanation))


def _given(question: Question, answer: float) -> str:
    return quiz.as_markdown(question, quiz.shown(question, answer))


def in_words(record: LabProgress) -> str:
    """Say how each check went: "First: right on the second try. Second: right on the first try."."""
    return " ".join(f"{name}: {outcome(check)}." for name, check in zip(PLACES, record.checks, strict=False))


def outcome(check: Check) -> str:
    """Say how a check went."""
    if check.is_right is None:
        return "answered in an earlier version of this lab"
    if not check.is_right:
        return "not right after two tries"
    return f"right on the {PLACES[len(check.tried) - 1].lower()} try"
