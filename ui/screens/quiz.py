"""Pieces of the page Quiz. The address holds the whole sitting, so a reload changes nothing."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence

import streamlit as st

from simulator.errors import SimulatorError
from simulator.figures import numbers
from simulator.runs import archive
from simulator.teaching.quiz import from_run, sitting
from simulator.teaching.quiz.bank import QUESTIONS
from simulator.teaching.quiz.question import Question, Topic
from simulator.teaching.quiz.sitting import Sitting
from ui.screens import path
from ui.screens.results import open_run
from ui.shell import address, routes
from ui.shell.guard import errors_shown
from ui.shell.plain import literal
from ui.shell.routes import Route

HELD = "quiz_held"
ABOUT, SEED, COUNT, ANSWERS, AT = "quiz", "seed", "questions", "answers", "at"
LARGEST = 10**9
"""No number in the address of a quiz is larger."""
EVERYTHING = "everything"
LOOK_AGAIN: dict[Topic, Route] = {
    "Distillation": routes.LAB,
    "Pruning": routes.LAB,
    "Size and speed": routes.RESULTS,
    "Fair comparisons": routes.RESULTS,
    "Models and data": routes.MODELS,
    "This run": routes.RESULTS,
}
LOOK_AGAIN_AT = {"zeros-faster": routes.RESULTS}
"""Key of a question -> its screen, if it is not its topic's."""
LENGTHS = {"10 questions": 10, "20 questions": 20, f"All {len(QUESTIONS)}": len(QUESTIONS)}


def open_sitting() -> Sitting | None:
    """The sitting in the address; None if there is none. If it cannot be read, every bad part is named."""
    asked_for = [name for name in (ABOUT, SEED, COUNT, ANSWERS) if address.holds(name)]
    if ABOUT not in asked_for:
        return None
    about, answers = address.text(ABOUT), address.text(ANSWERS, address.LONGEST_LIST) or ""
    seed, count, _ = (address.whole(name, 0, LARGEST) for name in (SEED, COUNT, AT))  # a sitting needs no position
    with errors_shown():
        if about is None or not all(map(address.holds, asked_for)):
            raise SimulatorError("The address of this quiz cannot be read.", "Start the quiz again.")
        found = sitting.draw(pool_of(about), seed or 0, count or 0, answers)
        st.session_state[HELD] = address.everything(), f"{len(found.answers)} of {len(found.questions)}"
        return found
    return None


def pool_of(about: str) -> Sequence[Question]:
    """The questions on everything, or those of a run.

    Raises:
        SimulatorError: if the run does not exist or has measured too little.
    """
    if about == EVERYTHING:
        return QUESTIONS
    made = from_run.questions(from_run.facts(archive.run(about).settings, [e for _, e in archive.events(about)]))
    if not made:
        raise SimulatorError(f"Run {about} has not measured what the questions need.", "Choose a finished run.")
    return made


def begin(about: str, count: int) -> None:
    """Start a sitting; for a button's callback."""
    address.replace({ABOUT: about, SEED: str(secrets.randbelow(10**6)), COUNT: str(count), AT: "0"})


def leave() -> None:
    """Back to the choice of a quiz."""
    st.session_state.pop(HELD, None)
    address.replace({})


def offer() -> None:
    """Offer the two quizzes, and the one that the student left for another page."""
    if HELD in st.session_state:
        parameters, answered = st.session_state[HELD]
        st.button(
            f"Continue your quiz ({answered} answered)", type="primary", icon=":material/arrow_forward:",
            key="go_on_quiz", on_click=address.replace, args=(parameters,),
        )  # fmt: skip
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**What the app teaches**")
        st.markdown("Distillation, pruning, size and speed, fair comparisons, models and data.")
        length = st.segmented_control(
            "How many", list(LENGTHS), default=next(iter(LENGTHS)), required=True, key="quiz_length",
            label_visibility="collapsed",
        )  # fmt: skip
        st.button(
            "Start", type="primary", icon=":material/play_arrow:", key="start_everything",
            on_click=begin, args=(EVERYTHING, LENGTHS[length or next(iter(LENGTHS))]),
        )  # fmt: skip
    with right, st.container(border=True, height="stretch"):
        st.markdown("**One run, in questions**")
        ended = (
            run for run in archive.list_runs(("finished",)) if not run.experiment
        )  # an experiment measures no variants
        labels = {run.id: open_run.run_label(run) for run in ended}
        if not labels:
            st.info("No run has finished yet. Start one in the Lab.", icon=":material/science:")
            return
        run_id = st.selectbox("Run", list(labels), format_func=lambda i: labels[i], key="quiz_run")
        st.button(
            "Start on this run", icon=":material/play_arrow:", key="start_run",
            on_click=begin, args=(run_id, len(from_run.MAKERS)),
        )  # fmt: skip
        st.caption("Every number in these questions was measured in that run.")


def position(quiz: Sitting) -> int:
    """The question that is shown: the next one, or the last answered one while its explanation is read."""
    at = address.whole(AT, 0, len(quiz.answers))
    return len(quiz.answers) if at is None else at


def ask(quiz: Sitting) -> None:
    """The question that is next, or the explanation of the one that was just answered."""
    at = position(quiz)
    question = quiz.questions[at]
    st.progress(len(quiz.answers) / len(quiz.questions), text=f"Question {at + 1} of {len(quiz.questions)}")
    st.caption(question.topic)
    st.markdown(f"#### {as_markdown(question, question.text)}")
    if at < len(quiz.answers):
        explain(quiz, question, quiz.answers[at], at)
    else:
        _take_answer(quiz, question)


def _take_answer(quiz: Sitting, question: Question) -> None:
    answer = answer_form(quiz, question)
    if answer is not None:
        address.put(ANSWERS, sitting.encode([*quiz.answers, answer]))
        address.put(AT, str(len(quiz.answers)))
        st.rerun()


def answer_form(quiz: Sitting, question: Question, tried: Sequence[float] = ()) -> float | None:
    """The options, or a field for the number, and Check; returns the answer once Check is pressed with one.

    Args:
        tried: Answers that were wrong. These options are not offered again.
    """
    key = f"answer_{quiz.seed}_{question.key}{len(tried) or ''}"
    with st.form(f"form_{key}", border=False):
        if question.is_number:
            answer = st.number_input("Your answer", value=None, step=None, format="%g", key=key, width=240)
        else:
            answer = st.radio(
                "Your answer",
                [number for number in quiz.order_of(question) if number not in tried],
                index=None,
                format_func=lambda number: as_markdown(question, question.options[number]),
                key=key,
                label_visibility="collapsed",
            )
        pressed = st.form_submit_button("Check", type="primary", icon=":material/check:")
    if pressed and answer is None:
        st.warning("Choose or enter an answer first.", icon=":material/edit:")
    return float(answer) if pressed and answer is not None else None


def explain(quiz: Sitting, question: Question, answer: float, at: int) -> None:
    """Right or wrong, why, and where to look."""
    judge(question, answer)
    with st.container(horizontal=True, vertical_alignment="center"):
        last = at + 1 == len(quiz.questions)
        st.button(
            "See the score" if last else "Next", type="primary", icon=":material/arrow_forward:", key=f"next_{at}",
            on_click=_go_to, args=(at + 1,),
        )  # fmt: skip
        link(question)


def judge(question: Question, answer: float) -> None:
    """Right or wrong, and why."""
    given, right = (as_markdown(question, text) for text in (shown(question, answer), question.right_words()))
    if question.is_right(answer):
        st.success(f"**Right:** {right}", icon=":material/check_circle:")
    else:
        st.error(
            f"**Not right.** Your answer: {given}\n\n**The right answer:** {right}",
            icon=":material/cancel:",
        )
    st.markdown(as_markdown(question, question.explanation))


def _go_to(at: int) -> None:
    address.put(AT, str(at))


def shown(question: Question, answer: float) -> str:
    """An answer as it was given."""
    return numbers.significant(answer, 7) if question.is_number else question.options[int(answer)]


def as_markdown(question: Question, text: str) -> str:
    """Escape a run's texts, because the names of its classes may come from a file; the app's own are Markdown."""
    return literal(text) if question.topic == "This run" else text


def link(question: Question) -> None:
    """Link to the screen that the question is about; for a question on a run, that run's."""
    page = LOOK_AGAIN_AT.get(question.key) or LOOK_AGAIN[question.topic]
    about = address.text(ABOUT) or EVERYTHING
    parameters = {"run": about} if about != EVERYTHING and page is routes.RESULTS else None
    st.page_link(page.path, label=f"Look again: {page.title}", icon=page.icon, query_params=parameters)


def is_at_end(quiz: Sitting) -> bool:
    """Whether it is time to show the score."""
    return quiz.is_over and position(quiz) == len(quiz.questions)


def score(quiz: Sitting) -> None:
    """How it went, by topic, and what to look at again."""
    total = len(quiz.questions)
    st.metric(
        "Your score",
        f"{quiz.score} of {total}",
        f"{numbers.whole_percent(quiz.score / total)} right",
        delta_color="off",
        delta_arrow="off",
    )
    asked = Counter(q.topic for q in quiz.questions)
    wrong = Counter(q.topic for q, _ in quiz.missed)
    st.markdown("\n".join(f"- {topic}: {n - wrong[topic]} of {n}" for topic, n in asked.items()))
    if quiz.missed:
        st.header("What to revisit", divider="gray")
    for question, answer in quiz.missed:
        with st.container(border=True):
            st.markdown(f"**{as_markdown(question, question.text)}**")
            given, right = (as_markdown(question, text) for text in (shown(question, answer), question.right_words()))
            st.markdown(f"Your answer: {given}. Right: **{right}**.")
            st.caption(as_markdown(question, question.explanation))
            link(question)
    about = address.text(ABOUT) or EVERYTHING
    with st.container(horizontal=True):
        st.button(
            "New questions" if about == EVERYTHING else "Again, in another order", type="primary",
            icon=":material/replay:", key="retake", on_click=begin, args=(about, total),
        )  # fmt: skip
        st.button("Another quiz", icon=":material/quiz:", key="other_quiz", on_click=leave)
    path.after_quiz()
