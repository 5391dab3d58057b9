"""A file that is brought to the page, and what the page says."""

from __future__ import annotations


def shown(app):
    return " ".join(str(e.value) for kind in (app.markdown, app.caption, app.info, app.error) for e in kind)


def bring(app, content: bytes, name: str = "t.csv"):
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception, app.exception
    return app
