"""Every part of a section on a screen, drawn once."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui.reading import panels_on


def page() -> None:
    import plotly.graph_objects as go

    from ui.figures import table
    from ui.figures.parts import Beside, Chart, Choice, Code, Gains, Panel, Picture, Points, Section, TablePart, Text
    from ui.kit import section_view

    def chart(name: str) -> Chart:
        return Chart(name, go.Figure(), f"chart {name}", f"how to read {name}", "alt")

    choice = Choice("pick", "Which", {"one": lambda: [Text("first")], "two": lambda: [Text("second")]}, "two", [])
    parts = [
        Text("loud", tip="a tip"),
        Text("soft", quiet=True),
        Points(["a", "b"]),
        Code("copy me"),
        Gains("Gained", [("size", "-50 %", "why")]),
        TablePart("t", table.of([{"Name": "x"}]), "a table", title="Titled", note="noted"),
        Picture("drawn", [Panel("one <b>", "how", "<svg></svg>", "what it shows")]),
        Beside([chart("p"), chart("q"), choice]),
    ]
    section_view.draw(Section("Open", parts))
    section_view.draw(Section("Folded", [Text("inside")], folded=True))


def opened() -> AppTest:
    app = AppTest.from_function(page).run(timeout=120)
    assert not app.exception, app.exception
    return app


def test_every_part_is_drawn_in_its_order() -> None:
    app = opened()
    assert [header.value for header in app.header] == ["Open"]
    shown = ["loud", "- a\n- b", "**Gained**", "**Titled**", "**chart p**", "**chart q**", "second", "inside"]
    assert [markdown.value for markdown in app.markdown] == shown
    assert [caption.value for caption in app.caption] == ["soft", "noted", "how to read p", "how to read q"]
    assert [code.value for code in app.code] == ["copy me"]
    assert [(metric.label, metric.value) for metric in app.metric] == [("size", "-50 %")]
    assert app.markdown[0].help == "a tip"
    assert panels_on(app) == [{"title": "one <b>", "caption": "how", "svg": "<svg></svg>", "alt": "what it shows"}]
    assert len(app.get("plotly_chart")) == 2


def test_two_stand_beside_each_other_and_a_third_below() -> None:
    assert len(opened().columns) == 4


def test_a_folded_section_is_an_expander() -> None:
    (folded,) = opened().expander
    assert folded.label == "Folded"
    assert [markdown.value for markdown in folded.markdown] == ["inside"]


def test_another_choice_shows_its_own_parts() -> None:
    app = opened()
    app.get("button_group")[0].set_value("one").run()
    shown = [markdown.value for markdown in app.markdown]
    assert "first" in shown and "second" not in shown
