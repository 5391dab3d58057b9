"""The data that goes to the component that draws a table, and its answer."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from ui.figures import table
from ui.figures.table import Cell
from ui.kit import table_view


def test_everything_that_is_drawn_is_plain_json() -> None:
    shown = table.of([{"Name": "a", "Share": Cell("30 %", 0.3, choices={0.0: "0 %", 0.3: "30 %"})}], {"Name": "Whose."})
    drawn = table_view.drawn(shown, "what it holds", 300)
    assert json.loads(json.dumps(drawn)) == {**drawn, "rows": json.loads(json.dumps(drawn["rows"]))}
    assert drawn["head"] == [{"title": "Name", "tip": "Whose."}, {"title": "Share", "tip": ""}]
    share = drawn["rows"][0][1]
    assert (share["text"], share["order"], share["choices"]) == ("30 %", 0.3, [(0.0, "0 %"), (0.3, "30 %")])
    assert (drawn["alt"], drawn["tallest"]) == ("what it holds", 300)


def test_ticks_start_as_asked_and_those_of_rows_that_are_gone_do_not_count() -> None:
    def page() -> None:
        import streamlit as st

        from ui.figures import table
        from ui.kit import table_view

        shown = table.of([{"Run": "a"}, {"Run": "b"}])
        st.text(table_view.tick(shown, "", "runs", ["a", "b"], ["b", "gone"], 300))

    app = AppTest.from_function(page).run()
    assert not app.exception, app.exception
    assert app.text[0].value == "['b']"
