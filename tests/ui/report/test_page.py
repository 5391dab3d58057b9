"""Sections on paper: what is printed, and as what."""

from __future__ import annotations

import functools
import html

import pytest

from ui.figures.parts import Beside, Chart, Choice, Code, Points, Section, Text, Way
from ui.report import page
from ui.shell import routes
from ui.shell.plain import literal


@pytest.mark.parametrize("text", ["torchvision/mobilenet_v2 of #1", "1. a *star* [and](more)", "<b> & $x$"])
def test_what_is_escaped_as_markdown_stands_in_the_report_as_it_is(text: str) -> None:
    assert str(page.marked(literal(text))) == html.escape(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** and *thin*", "<strong>bold</strong> and <em>thin</em>"),
        ("`a < b`", "<code>a &lt; b</code>"),
        ("[link](http://x) ![p](http://x) <b>", "[link](http://x) ![p](http://x) &lt;b&gt;"),
    ],
)
def test_a_sentence_may_be_bold_thin_or_code_and_nothing_else(text: str, shown: str) -> None:
    assert str(page.marked(text)) == shown


def chart(name: str) -> Chart:
    return Chart(name, None, name, "", "")


def test_neighbours_of_one_kind_are_printed_together_without_links_and_with_some_of_the_choices() -> None:
    made = []

    def option(name: str) -> list[Chart]:
        made.append(name)
        return [chart(name)]

    choice = Choice("c", "Which", {name: functools.partial(option, name) for name in "abc"}, "a", ["b", "c"])
    way = Way(routes.LAB, "Lab", "", {})
    printed = page.printed([Text("1"), way, Text("2"), Beside([chart("z"), choice]), Code("x"), Points(["p"])])
    assert [(kind, len(parts)) for kind, parts in printed] == [("Text", 2), ("Chart", 3), ("Code", 1), ("Points", 1)]
    assert [part.key for part in printed[1][1]] == ["z", "b", "c"]
    assert made == ["b", "c"], "what is not printed is not made"


def test_everything_on_the_page_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    sections = [Section(evil, [Text(evil), Points([evil]), Code(evil)])]
    text = page.render(page.Report(evil, evil, evil, evil, sections))
    assert evil not in text
    assert text.count("&lt;script&gt;") >= 8
