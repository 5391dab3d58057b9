"""An axis that fits what is drawn, and says so where its zero is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

WIDE = 6.0
"""Above this ratio of the largest to the smallest value, a logarithmic axis shows more."""

ROOM = 0.08
"""The room beyond the outermost values on either side, as a share of what lies between them."""


@dataclass(frozen=True)
class Axis:
    """An axis of a chart, in the unit of its title.

    Attributes:
        low, high: Its ends.
        is_log: Whether equal distances are equal ratios.
    """

    title: str
    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies: 0 at the low end, 1 at the high end."""
        low, high, at = self.at(self.low), self.at(self.high), self.at(value)
        return (at - low) / (high - low)

    def at(self, value: float) -> float:
        """Return a value as Plotly places annotations and ranges: by its logarithm on a logarithmic axis."""
        return log10(value) if self.is_log else value

    @property
    def note(self) -> str:
        """What somebody might miss who takes the axis to begin at zero; "" where it does."""
        if self.is_log:
            return "logarithmic, no 0"
        return "does not start at 0" if self.low > 0 else ""

    def layout(self) -> dict[str, Any]:
        """Return the axis in Plotly's words."""
        text = f"{self.title}, {self.note}" if self.note else self.title
        scale = {"type": "log", "dtick": "D2", "tickformat": ",~g"} if self.is_log else {}
        return {"title": {"text": text}, "range": [self.at(self.low), self.at(self.high)], **scale}


def fitted(title: str, values: Sequence[float], may_be_log: bool = False) -> Axis:
    """Return the axis for these values, none of them negative: a little longer than what lies between them.

    Args:
        may_be_log: Whether a logarithmic axis is allowed, for values that are far apart.
    """
    if not values:
        return Axis(title, 0.0, 1.0)
    low, high = min(values), max(values)
    if may_be_log and low > 0 and high > WIDE * low:
        room = (high / low) ** ROOM
        return Axis(title, low / room, high * room, is_log=True)
    room = ROOM * ((high - low) or high or 1.0)
    return Axis(title, max(0.0, low - room), high + room)
