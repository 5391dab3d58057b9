"""The path from the first lesson to the quiz: each step says what comes next."""

from __future__ import annotations

import pytest

from simulator.teaching.labs import LABS
from ui.screens.path import DEEPER
from ui.shell.routes import LESSONS


def links_of(app) -> dict[str, tuple[str, str]]:
    """Label -> page and query of the links on a page."""
    return {link.proto.label: (link.proto.page, link.proto.query_string) for link in app.main.get("page_link")}


@pytest.mark.parametrize("place", range(len(LESSONS)))
def test_a_lesson_leads_to_the_next_one_and_to_its_labs(open_screen, place):
    links = links_of(open_screen(LESSONS[place].name))
    if place + 1 < len(LESSONS):
        following = LESSONS[place + 1]
        assert links[f"Lesson {place + 2}: {following.title}"] == (following.name, "")
    else:
        assert ("guided_labs", "") in links.values()
    measured = [f"lab={n}" for n, lab in enumerate(LABS, 1) if DEEPER[lab.name] == LESSONS[place].name]
    assert [query for page, query in links.values() if page == "guided_labs" and query] == measured
