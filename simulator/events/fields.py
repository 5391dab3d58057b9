"""The kinds of values that records hold, each with its range: whatever is read or written is held to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

LARGEST_WHOLE = 2**63 - 1
"""What a database keeps as an integer."""

LARGEST_FLOAT32 = 3.4028235e38
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Between them a moment has a date in every time zone."""

Whole = Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
Positive = Annotated[int, Field(ge=1, le=LARGEST_WHOLE)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=1e15)]
"""Seconds, milliseconds, megabytes, epochs, examples a second."""

Measure = Annotated[float, Field(ge=-LARGEST_FLOAT32, le=LARGEST_FLOAT32)]
"""A loss, a difference: whatever a 32-bit float can be."""

Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, lt=LATEST), AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A moment of a known time zone, in UTC."""

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
MomentText = Annotated[str, AfterValidator(lambda text: MOMENT.validate_python(text) and text)]
"""The same as it is written in a file: ISO 8601, with its time zone."""

Name = Annotated[str, Field(max_length=500)]


class Record(BaseModel):
    """Base of every record: frozen, strict about unknown fields, and no number in it is NaN or infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
