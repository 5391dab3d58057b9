"""Reads a screen as a person does: its sentences, and its tables by their headings, with their sort values."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from ui.figures import table
from ui.kit import table_view


class Read:
    """A table's columns by their headings."""

    def __init__(self, drawn: dict[str, Any]) -> None:
        self.titles = [heading["title"] for heading in drawn["head"]]
        self.tips = {heading["title"]: heading["tip"] for heading in drawn["head"]}
        self.rows = drawn["rows"]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, title: str) -> list[str]:
        return [row[self.titles.index(title)]["text"] for row in self.rows]

    def orders(self, title: str) -> list[Any]:
        return [row[self.titles.index(title)]["order"] for row in self.rows]

    def row(self, name: str) -> list[str]:
        """Return the texts of the row whose first cell is this, without that cell."""
        [found] = [[cell["text"] for cell in row] for row in self.rows if row[0]["text"] == name]
        return found[1:]

    def tinted(self) -> list[str]:
        """The first cells of the rows that are marked as a whole."""
        return [row[0]["text"] for row in self.rows if all(cell["tint"] for cell in row)]


def read(shown: table.Table) -> Read:
    return Read(table_view.drawn(shown, "", None))


def tables_on(app: AppTest) -> list[Read]:
    """The tables of a page, from its top down."""
    drawn = [element.proto for element in app.get("bidi_component")]
    return [Read(json.loads(proto.json)[0]) for proto in drawn if proto.component_name == "table"]


def panels_on(app: AppTest) -> list[dict[str, str]]:
    """The drawings of a page's pictures, from its top down."""
    drawn = [element.proto for element in app.get("bidi_component")]
    return [panel for p in drawn if p.component_name == "picture" for panel in json.loads(p.json)[0]["panels"]]


def followed(app: AppTest) -> dict[str, Any]:
    """What a page hands to the component that draws a run under way."""
    (drawn,) = [e.proto for e in app.get("bidi_component") if e.proto.component_name == "progress"]
    return dict(json.loads(drawn.json)[0])


def words(app: AppTest) -> str:
    """Every sentence of a page."""
    kinds = (app.markdown, app.caption, app.info, app.success, app.warning, app.error, app.subheader, app.metric)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def widget(app: AppTest, key: str) -> Any:
    """A control by its key."""
    every = (
        app.slider, app.get("button_group"), app.selectbox, app.select_slider, app.radio, app.number_input, app.toggle,
        app.multiselect,
    )  # fmt: skip
    return next(found for kind in every for found in kind if found.key == key)
