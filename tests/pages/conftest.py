"""The app under test, as the tests of its screens open it."""

from tests.ui.conftest import (  # noqa: F401  fixtures
    no_worker_and_no_network,
    nothing_kept_from_other_tests,
    open_screen,
    stored,
)
from tests.ui.screens.conftest import on_its_own  # noqa: F401
