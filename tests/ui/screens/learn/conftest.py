"""A lesson as the Learn screens open it."""

from __future__ import annotations

import pytest

from simulator.teaching import lesson


@pytest.fixture(scope="module")
def opened():
    return lesson.of_run("recorded-resnet18")
