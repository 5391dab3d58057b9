"""Engine tests time few calls: what is measured is real, only its precision is less."""

import pytest

from simulator.engine.deploy import stage


@pytest.fixture(autouse=True, scope="session")
def few_timed_calls():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "SECONDS", 0.02)
        yield
