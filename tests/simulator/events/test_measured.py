"""What is measured of a variant: impossible figures are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.events import Measurement
from simulator.runs import recorded


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"accuracy": 5.0}, "less than or equal to 1"),
        ({"accuracy": -0.1}, "greater than or equal to 0"),
        ({"size_bytes": 0}, "greater than or equal to 1"),
        ({"confusion": [[1, 2], [3]]}, "not square"),
        ({"confusion": []}, "at least 2"),
        ({"answers": [0]}, "not one of"),
        ({"latency_ms": {"batch_7": None}}, "batch_7"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(change: dict[str, Any], reason: str) -> None:
    values = recorded.all_recorded()[0].measurements[0].model_dump(mode="json")
    with pytest.raises(ValidationError, match=reason):
        Measurement.model_validate(values | change)


def test_there_is_an_answer_for_each_test_example_or_none() -> None:
    measurement = recorded.all_recorded()[0].measurements[0]
    values = measurement.model_dump(mode="json")
    classes, examples = len(measurement.confusion), measurement.test_examples
    assert Measurement.model_validate(values | {"answers": []}).answers == ()
    assert Measurement.model_validate(values | {"answers": [classes - 1] * examples})
    for answers in ([0] * (examples - 1), [classes] * examples):
        with pytest.raises(ValidationError, match=f"not one of {classes} classes for each of {examples}"):
            Measurement.model_validate(values | {"answers": answers})
