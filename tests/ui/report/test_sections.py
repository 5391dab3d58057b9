"""The Results page and the report are two drawings of the same sections."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from streamlit.testing.v1.element_tree import Block, Node

from simulator.config.run import make_config
from simulator.events import Measured
from simulator.runs import archive, recorded
from tests.ui.invented import whole_run
from tests.ui.reading import panels_on, tables_on
from ui import report
from ui.figures.parts import Beside, Chart, Choice, Gains, Part, Picture, Points, Section, Slide, TablePart, Text
from ui.following.story import tell
from ui.report import page
from ui.report.sections import sections

BY_HAND = {"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5, layer1.0.conv1.weight=0.25"}
RUNS = {
    "plain": {},
    "several seeds": {"repeats": 2},
    "by hand": BY_HAND,
    "nothing pruned": {"target_sparsity": 0.0},
    "text": {"model": "t5_small"},
}


def written(events):
    """The same run of a model that answers with text."""
    for event in events:
        if isinstance(event, Measured):
            answers = (("A good film", "good", "good"),)
            yield Measured(measurement=event.measurement.model_copy(update={"generated": answers}))
        else:
            yield event


@pytest.fixture(params=[*RUNS, *(run.run.id for run in recorded.all_recorded())])
def run_id(request, stored):
    if request.param not in RUNS:
        return request.param
    events = written(whole_run()) if request.param == "text" else whole_run()
    stored("r1", "finished", list(events), make_config(RUNS[request.param]))
    return "r1"


def below(block: Block) -> Iterator[Node]:
    """List everything on the page, in order."""
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from below(child)


def titles(nodes: Iterator[Node]) -> list[str]:
    """The titles on the page: headers and expanders."""
    return [
        node.value if node.type == "header" else node.label for node in nodes if node.type in ("header", "expander")
    ]


def flat(parts) -> Iterator[Part]:
    """The parts that a screen shows before anything is chosen."""
    for part in parts:
        if isinstance(part, Beside):
            yield from flat(part.parts)
        elif isinstance(part, Choice):
            yield from flat(part.options[part.start]())
        elif isinstance(part, Slide):
            yield from flat(part.parts(part.start))
        else:
            yield part


def test_both_draw_every_section_in_the_same_order(open_screen, run_id):
    made = sections(archive.run(run_id), tell(archive.events(run_id)))
    app, text = open_screen("results", run=run_id), report.html(run_id)
    expected = [section.title for section in made]
    assert titles(below(app.main)) == expected
    assert [html.unescape(title) for title in re.findall(r'<h2 id="s\d+">(.*?)</h2>', text)] == expected


def test_both_draw_every_part(open_screen, run_id):
    app, text = open_screen("results", run=run_id), report.html(run_id)
    on_screen = [str(e.value) for e in (*app.markdown, *app.caption, *app.code)]
    drawn, panels = iter(tables_on(app)), iter(panels_on(app))
    for section in sections(archive.run(run_id), tell(archive.events(run_id))):
        for part in flat(section.parts):
            match part:
                case Text(words):
                    assert words in on_screen and str(page.marked(words)) in text
                case Points(sentences):
                    assert "\n".join(f"- {sentence}" for sentence in sentences) in on_screen
                    assert all(f"<li>{page.marked(sentence)}</li>" in text for sentence in sentences)
                case TablePart():
                    assert next(drawn).titles == list(part.table.head)
                    assert all(cell.text in html.unescape(text) for row in part.table.rows for cell in row)
                case Gains():
                    assert [m.label for m in app.metric] == [label for label, _, _ in part.figures]
                    assert all(change in text for _, change, _ in part.figures)
                case Chart():
                    assert f"**{part.title}**" in on_screen
                case Picture(_, shown):
                    for panel in shown:
                        assert next(panels) == asdict(panel)
                        assert f'aria-label="{html.escape(panel.alt)}">{panel.svg}</div>' in text
    assert next(drawn, None) is next(panels, None) is None


def test_paper_shows_what_a_screen_lets_people_choose(run_id):
    made = sections(archive.run(run_id), tell(archive.events(run_id)))
    text = report.html(run_id)
    for choice in choices(made):
        for name in choice.on_paper:
            for part in flat(choice.options[name]()):
                assert not isinstance(part, Chart) or f"<strong>{part.title}</strong>" in text


def choices(made: list[Section]) -> Iterator[Choice]:
    for section in made:
        for part in section.parts:
            yield from (p for p in (part.parts if isinstance(part, Beside) else [part]) if isinstance(p, Choice))


def test_a_star_is_explained_where_one_stands_and_only_there(run_id):
    for section in sections(archive.run(run_id), tell(archive.events(run_id))):
        for part in section.parts:
            if isinstance(part, TablePart):
                stars = any(cell.text.startswith("★") for row in part.table.rows for cell in row)
                assert ("★" in part.note) == stars, part.title
