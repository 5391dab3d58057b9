"""Quiz: questions on what the app teaches, or on one run, with an explanation after each."""

from __future__ import annotations

import streamlit as st

from ui.screens import quiz
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Quiz")
with errors_shown():
    sitting = quiz.open_sitting()
    if sitting is None:
        quiz.offer()
    elif quiz.is_at_end(sitting):
        quiz.score(sitting)
    else:
        quiz.ask(sitting)
        st.button("Leave the quiz", icon=":material/close:", key="leave_quiz", type="tertiary", on_click=quiz.leave)
