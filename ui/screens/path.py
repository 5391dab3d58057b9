"""The path through lessons, guided labs and the quiz: what comes next, and where to measure what a lesson shows."""

from __future__ import annotations

import streamlit as st

from simulator.teaching.labs import LABS
from ui.shell import routes
from ui.shell.routes import LESSONS

DEEPER = {
    "temperature": "learn_soft_targets",
    "sparsity": "learn_masks",
    "channels": "learn_inside",
    "teacher": "learn_loss",
    "zeros": "learn_zeros",
    "together": "lab",
}
"""Name of a lab -> the page that goes deeper."""


def after_lesson(name: str) -> None:
    """Link to the next lesson or, after the last one, to the guided labs; and to the labs that measure this one."""
    place = [lesson.name for lesson in LESSONS].index(name) + 1
    with st.container(border=True, key="next_on_the_path"):
        st.markdown(f"**Lesson {place} of {len(LESSONS)}.** What comes next:")
        with st.container(horizontal=True):
            if place < len(LESSONS):
                following = LESSONS[place]
                _link(following.path, f"Lesson {place + 1}: {following.title}", {})
            else:
                _link(routes.GUIDED_LABS.path, f"The guided labs: {len(LABS)} questions to measure yourself", {})
            for number, lab in enumerate(LABS, 1):
                if DEEPER[lab.name] == name:
                    label = f"Measure it yourself in lab {number}: {lab.title}"
                    _link(routes.GUIDED_LABS.path, label, {"lab": str(number)}, routes.GUIDED_LABS.icon)


def after_labs() -> None:
    """Link to the quiz."""
    _link(routes.QUIZ.path, "What comes next: the quiz", {})


def after_quiz() -> None:
    """Link to where questions of one's own are answered."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**What comes next?** A question of your own:", width="content")
        _link(routes.LAB.path, "One run in the Lab", {}, routes.LAB.icon)
        _link(routes.EXPERIMENTS.path, "Many runs in an experiment", {}, routes.EXPERIMENTS.icon)


def _link(page: str, label: str, parameters: dict[str, str], icon: str = ":material/arrow_forward:") -> None:
    st.page_link(page, label=label, icon=icon, query_params=parameters, width="content")
