"""Known errors become messages; faults in the code are not hidden."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ui.shell import guard


def test_an_error_is_shown_with_its_way_out_as_text_and_the_page_goes_on() -> None:
    def page() -> None:
        import streamlit as st

        from simulator.errors import NotAvailable
        from ui.shell.guard import errors_shown

        with errors_shown():
            raise NotAvailable("There is no [run](https://evil.example).", "Open another.")
        st.text("further down")

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert app.error[0].value.startswith(r"**There is no \[run\]")
    assert app.error[0].value.endswith("\n\nOpen another.")
    assert "https://" not in app.error[0].value
    assert app.text[0].value == "further down"


def test_a_fault_in_the_code_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), guard.errors_shown():
        raise ZeroDivisionError


def test_a_full_disk_is_said_in_words() -> None:
    def page() -> None:
        import errno

        from ui.shell.guard import errors_shown

        with errors_shown():
            raise OSError(errno.ENOSPC, "No space left on device")

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert "full" in app.error[0].value
