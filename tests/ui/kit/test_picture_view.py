"""Pictures on a screen."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui.reading import panels_on


def page() -> None:
    from simulator.runs import recorded
    from ui.figures.run import picture
    from ui.kit import picture_view

    picture_view.show(picture.of_run(recorded.all_recorded()[0].measurements))


def test_the_browser_gets_each_drawing_with_its_text_alternative() -> None:
    app = AppTest.from_function(page).run(timeout=30)
    assert not app.exception, app.exception
    shown = panels_on(app)
    assert [panel["title"] for panel in shown] == ["File", "Test accuracy", "Time for one example"]
    assert all(panel["svg"].startswith("<svg ") and panel["caption"] and panel["alt"] for panel in shown)
