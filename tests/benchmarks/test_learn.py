"""The stopwatch in the page: a click, a sending 0.2 s later and a drawing 0.3 s after that, in a real browser."""

from __future__ import annotations

import pytest

from benchmarks import learn
from tests.serving import chromium

PAGE = """<button>Change</button><div class="js-plotly-plot"></div><script>
WebSocket.prototype.send = function () {};
document.querySelector('button').addEventListener('click', () => {
    setTimeout(() => Object.create(WebSocket.prototype).send('value'), 200);
    setTimeout(() => document.querySelector('.js-plotly-plot').append('a point'), 500);
});</script>"""


@pytest.mark.browser
def test_a_change_is_timed_from_the_click_and_from_the_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.set_content(PAGE)
        page.evaluate(learn.WATCH)
        button = page.get_by_role("button", name="Change")
        for _ in range(2):
            asked, sent = learn.timed(page, button.click)
            assert 450 < asked < 2000 and 250 < sent < asked - 100
        monkeypatch.setattr(learn, "LONGEST_MS", 300.0)
        assert learn.timed(page, lambda: None)[0] > 0  # the last change still counts
        page.evaluate("marks = {asked: 0, sent: 0, drawn: 0}")
        assert learn.timed(page, lambda: None) == (300.0, 300.0)


def test_medians_and_the_slowest_twentieth_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    learn.print_spans("Sparsity", [(float(ms), ms / 2) for ms in range(101)])
    assert capsys.readouterr().out.split() == ["Sparsity", "101", "50", "95", "25", "48"]
