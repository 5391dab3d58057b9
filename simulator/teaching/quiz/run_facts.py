"""What a finished run measured, ready for questions, and how a question is made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from simulator.config.run import RunConfig
from simulator.events import Described, Event, Measured, Measurement, Stage, StageFinished
from simulator.figures import numbers
from simulator.figures.statistics import by_variant, spread, was_busy
from simulator.teaching.quiz.question import Question, choice

MOST_OPTIONS, FEWEST_OPTIONS = 4, 3
SOURCE = "Source: this run's own measurements, on the Results page."


@dataclass(frozen=True)
class Figures:
    """The measurements of one variant: with several seeds their means, as the Results page shows them.

    Attributes:
        first: Everything that was measured with the first seed.
        milliseconds: The median latency of one example; None if it was not measured, or if the machine was busy.
    """

    first: Measurement
    accuracy: float
    f1: float
    sparsity: float
    prunable_sparsity: float
    parameters: float
    nonzero_parameters: float
    macs: float
    size_bytes: float
    gzip_bytes: float
    milliseconds: float | None

    @property
    def name(self) -> str:
        """The variant."""
        return self.first.name


@dataclass(frozen=True)
class Facts:
    """What is known of a finished run, ready for questions; a stage's ``seconds`` cover all its seeds."""

    config: RunConfig
    by_name: dict[str, Figures]
    class_names: tuple[str, ...]
    seconds: dict[Stage, float]

    @property
    def last(self) -> Figures:
        """The run's last variant."""
        return list(self.by_name.values())[-1]

    @property
    def asked(self) -> float:
        """The share that was to be removed; for shares set by hand, the resulting share of the prunable weights."""
        return self.by_name["pruned"].prunable_sparsity if self.config.by_hand else self.config.target_sparsity


def facts(config: RunConfig, events: Iterable[Event]) -> Facts:
    """Collect the facts from the events of a finished run."""
    stored = list(events)
    seconds: dict[Stage, float] = {}
    for event in stored:
        if isinstance(event, StageFinished):
            seconds[event.stage] = seconds.get(event.stage, 0.0) + event.seconds
    groups = by_variant(e.measurement for e in stored if isinstance(e, Measured))
    return Facts(
        config,
        {name: figures(ms) for name, ms in groups.items()},
        next((e.class_names for e in stored if isinstance(e, Described)), ()),
        seconds,
    )


def figures(seeds: Sequence[Measurement]) -> Figures:
    """The means of what was measured of one variant, one measurement per seed."""

    def mean(of: Callable[[Measurement], float]) -> float:
        return spread([of(m) for m in seeds]).mean

    latencies = [m.latency_ms["batch_1"] for m in seeds if "batch_1" in m.latency_ms]
    timed = [] if any(map(was_busy, latencies)) else [latency.median for latency in latencies]
    return Figures(
        first=seeds[0],
        accuracy=mean(lambda m: m.accuracy),
        f1=mean(lambda m: m.f1),
        sparsity=mean(lambda m: m.sparsity),
        prunable_sparsity=mean(lambda m: m.prunable_sparsity),
        parameters=mean(lambda m: m.parameters),
        nonzero_parameters=mean(lambda m: m.nonzero_parameters),
        macs=mean(lambda m: m.macs),
        size_bytes=mean(lambda m: m.size_bytes),
        gzip_bytes=mean(lambda m: m.gzip_bytes),
        milliseconds=spread(timed).mean if timed else None,
    )


# -- how numbers are written in options


def points(value: float) -> str:
    """A difference of fractions in percentage points, with its sign."""
    return f"{numbers.points(100 * value)} points"


def times(value: float) -> str:
    """A ratio."""
    return f"{numbers.three(value)} times"


def one_of(
    key: str, text: str, right: float, wrong: Sequence[float], show: Callable[[float], str], why: str
) -> Question | None:
    """A question whose options are numbers; None if too few of them look different."""
    return among(key, text, show(right), [show(value) for value in wrong], why)


def among(key: str, text: str, right: str, wrong: Iterable[str], why: str) -> Question | None:
    """A question whose options are words; None if too few of them are different."""
    options = list(dict.fromkeys([right, *wrong]))[:MOST_OPTIONS]
    if len(options) < FEWEST_OPTIONS:
        return None
    return choice(f"run-{key}", "This run", text, tuple(options), f"{why} {SOURCE}")


def most(values: dict[str, float]) -> str | None:
    """The name with the highest value; None if two share it."""
    top = [name for name, value in values.items() if value == max(values.values())]
    return top[0] if len(top) == 1 else None
