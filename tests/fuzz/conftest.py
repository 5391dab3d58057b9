"""The fuzzing tier: hypothesis draws hostile input for ten minutes, or for as long as KDPS_FUZZ_MINUTES says."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.ui.conftest import (  # noqa: F401  the screens as their own tests open them
    no_worker_and_no_network,
    nothing_kept_from_other_tests,
    open_screen,
    stored,
)
from tests.ui.screens.conftest import on_its_own  # noqa: F401

MINUTES = float(os.environ.get("KDPS_FUZZ_MINUTES", "10"))

settings.register_profile(
    "fuzz", deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck), max_examples=20
)


@pytest.fixture(autouse=True)
def fuzz_profile() -> Iterator[None]:
    """Load the profile for these tests only: settings hold for the whole process."""
    settings.load_profile("fuzz")
    yield
    settings.load_profile("unhurried")


@pytest.fixture
def for_a_while(request: pytest.FixtureRequest) -> Callable[[Callable[[], None]], None]:
    """Carry out a property with new examples again and again, until this test's share of the minutes is over."""
    share = 60 * MINUTES / len([item for item in request.session.items if item.get_closest_marker("fuzz")])

    def carry_out(holds: Callable[[], None]) -> None:
        until = time.monotonic() + share
        while time.monotonic() < until:
            holds()

    return carry_out
