"""What a setting is, wherever somebody meets it: a slider, a flag, a parameter of an address, a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from annotated_types import Ge, GroupedMetadata, Le
from pydantic import AfterValidator

from simulator.catalog.pruning import PatternInfo


class Settings(Protocol):
    """The settings that others depend on, as :class:`simulator.config.run.RunConfig` has them."""

    @property
    def model(self) -> str:
        """A name in the catalogue."""

    @property
    def dataset(self) -> str:
        """A name in the catalogue, or of own data."""

    @property
    def student_size(self) -> float:
        """Layers or width."""

    @property
    def train_examples(self) -> int:
        """Training examples of the student."""

    @property
    def labels(self) -> int:
        """How many of them have a label."""

    @property
    def method(self) -> str:
        """How the student learns."""

    @property
    def pruning(self) -> str:
        """The pattern."""

    @property
    def pattern(self) -> PatternInfo:
        """What the catalogue says of it."""

    @property
    def importance(self) -> str:
        """The score."""

    @property
    def scope(self) -> str:
        """What is ranked together."""

    @property
    def by_hand(self) -> bool:
        """Whether shares are written by hand."""

    @property
    def layer_sparsity(self) -> str:
        """Shares written by hand."""

    @property
    def also_prune(self) -> tuple[str, ...]:
        """Parts that are left alone by default."""

    @property
    def round_to(self) -> int:
        """The multiple in which channels and neurons are kept."""

    @property
    def schedule(self) -> str:
        """When weights go."""

    @property
    def recovery_epochs(self) -> int:
        """Fine-tuning after pruning."""


class Entry(Protocol):
    """An entry of the catalogue."""

    @property
    def title(self) -> str:
        """Its name on a screen."""


def always(config: Settings) -> bool:
    """For a setting that every run uses."""
    return True


def movable(config: Settings) -> str:
    """For a setting that can always be moved."""
    return ""


@dataclass(frozen=True)
class Setting(GroupedMetadata):
    """One setting of a run. As metadata of a field it also holds the field's values to what is allowed.

    Attributes:
        title: The words beside the control.
        help: One or two sentences for a student.
        low, high: The lowest and highest value; None if the model decides, or if there is no order.
        step: The slider's step.
        choices: The values it may have, each with its title or its entry in the catalogue; looked up whenever a value
            is checked, so what is added to a catalogue while the program runs is allowed from then on.
        more: Whether the control is under "More".
        flag: The command line's flag, if it is not the field's name.
        applies: Whether a run with these settings uses it.
        why_fixed: Why the control is shown and cannot be moved with these settings; "" where it can.
    """

    title: str
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: Mapping[Any, str | Entry] = field(default_factory=dict, hash=False)
    more: bool = False
    flag: str = ""
    applies: Callable[[Settings], bool] = always
    why_fixed: Callable[[Settings], str] = movable

    def __iter__(self) -> Iterator[object]:
        """The checks of a value, in pydantic's form."""
        if self.low is not None:
            yield Ge(self.low)
        if self.high is not None:
            yield Le(self.high)
        if self.choices:
            yield AfterValidator(self.check_choice)

    def check_choice(self, value: Any) -> Any:
        """The value, or each of several, must be among the choices."""
        chosen = value if isinstance(value, tuple) else (value,)
        if any(one not in self.choices for one in chosen):
            *others, last = map(str, self.choices)
            raise ValueError(f"choose {', '.join(others)} or {last}")
        return value

    def title_of(self, value: Any) -> str:
        """How a screen writes one of the choices."""
        entry = self.choices.get(value, str(value))
        return entry if isinstance(entry, str) else entry.title
