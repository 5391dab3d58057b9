"""How numbers are written, the same on every screen: three significant digits, with their unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from simulator.events import Kept, Measurement
from simulator.figures.statistics import Speed, Verdict, spread, was_busy

NO_BREAK = "\N{NO-BREAK SPACE}"


def three(value: float) -> str:
    """Three significant digits, never an exponent."""
    if value == 0:
        return "0"
    rounded = as_printed(value)
    return f"{rounded:,.{max(0, 2 - _magnitude(rounded))}f}"


def as_printed(value: float) -> float:
    """A value as :func:`three` writes it: what prints alike must not be told apart by digits that nobody sees."""
    return float(f"{value:.3g}")


def _magnitude(value: float) -> int:
    return int(f"{abs(value):e}".split("e")[1])


def count(value: float) -> str:
    """A number of things: 11.7 M, 301 M, 1.81 G, 512."""
    for limit, suffix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= limit:
            return three(value / limit) + suffix
    return three(value)


def size(bytes_: float) -> str:
    """Bytes in decimal units: 44.7 MB."""
    for limit, suffix in ((1e9, " GB"), (1e6, " MB"), (1e3, " kB")):
        if bytes_ >= limit:
            return three(bytes_ / limit) + suffix
    return f"{bytes_:.0f} B"


def in_megabytes(bytes_: float) -> str:
    """Bytes in MB whatever their size, for files that are compared with each other: 0.735 MB."""
    return f"{three(bytes_ / 1e6)} MB"


def whole(value: float) -> str:
    """A number of things in full: 1,620."""
    return f"{round(value):,}"


def decimals(value: float, digits: int) -> str:
    """A figure with this many digits after the point: 13,333.33, as a worked sum needs them."""
    return f"{value:,.{digits}f}"


def setting(value: float) -> str:
    """A value that somebody chose: 4, 0.5, 0.0003."""
    return f"{value:g}"


def significant(value: float, digits: int) -> str:
    """A number with at most so many significant digits, as people type it: 66.66667, 13000."""
    return f"{value:.{digits}g}"


def reading(value: float) -> str:
    """One point of a chart, as exactly as a tooltip gives it: 0.8733."""
    return f"{value:.4g}"


def tick(value: float) -> str:
    """A round number beside an axis: 12,500, 0.25."""
    return f"{value:,.10g}"


def learning_rate(value: float) -> str:
    """The learning rate of one step: 2.97e-05."""
    return f"{value:.3g}"


def entropy(nats: float) -> str:
    """An entropy, without its unit: 2.303."""
    return f"{nats:.3f}"


def percent(fraction: float) -> str:
    """A fraction as per cent, one digit after the point: accuracies of a few hundred examples carry no more."""
    return f"{round(100 * fraction, 1) + 0.0:.1f} %"  # never "-0.0 %"


def bare_percent(fraction: float) -> str:
    """The same without its unit, beside another that has it: 87.3."""
    return percent(fraction).removesuffix(" %")


def whole_percent(fraction: float) -> str:
    """A fraction that somebody chose, as per cent: 50 %, and 12.5 % where it is no whole number."""
    return f"{100 * fraction:.3g} %"


def nearest_percent(fraction: float) -> str:
    """A fraction to the nearest whole per cent: 79 %."""
    return f"{100 * fraction:.0f} %"


def percent_interval(low: float, high: float) -> str:
    """The ends of an interval of fractions: 87.3 to 92.1 %."""
    return f"{bare_percent(low)} to {percent(high)}"


def signed(value: float, unit: str = "") -> str:
    """A change with its sign, and a true minus."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "\N{PLUS-MINUS SIGN}"
    return f"{sign}{three(abs(value))} {unit}".rstrip()


def change(percent: float) -> str:
    """A relative change in per cent with its sign: as many digits as show that something is left, where it is."""
    if as_printed(percent) == -100 < percent:
        return f"\N{MINUS SIGN}{-percent:.{-_magnitude(100 + percent)}f} %"
    return signed(percent, "%")


def points(change: float) -> str:
    """A change of an accuracy in percentage points, with its sign; one digit after the point, like the accuracies."""
    rounded = round(change, 1)
    sign = "+" if rounded > 0 else "\N{MINUS SIGN}" if rounded < 0 else "\N{PLUS-MINUS SIGN}"
    return f"{sign}{abs(rounded):.1f}"


def unsigned_points(change: float) -> str:
    """The size of a change, or a deviation, in percentage points: 1.3."""
    return f"{abs(change):.1f}"


def between(low: float, high: float) -> str:
    """The ends of an interval of points: −1.2 to 0.0."""
    return " to ".join(points(end).removeprefix("\N{PLUS-MINUS SIGN}") for end in (low, high))


def over_seeds(values: Sequence[float], form: Callable[[float], str]) -> str:
    """A figure with its standard deviation over the seeds; alone where there is one seed, or all agree exactly."""
    over = spread(values)
    return form(over.mean) + (f" \N{PLUS-MINUS SIGN} {form(over.deviation)}" if over.deviation else "")


def deviation(value: float) -> str:
    """A standard deviation: at most two significant digits, without an exponent."""
    return tick(float(f"{value:.2g}"))


def p_value(p: float) -> str:
    """p = 0.23, p = 0.048, p < 0.001: never rounded to 0.05, where it matters on which side it is.

    A line never breaks inside it.
    """
    return f"p{NO_BREAK}{_related(p)}"


def _related(p: float) -> str:
    if p < 0.001:
        return f"<{NO_BREAK}0.001"
    digits = 2 if p >= 0.1 else 3
    while round(p, digits) == 0.05 != p:
        digits += 1
    return f"={NO_BREAK}{p:.{digits}f}"


def verdict(v: Verdict) -> str:
    """A paired comparison in brackets and words: within noise (n = 450, p = 0.23)."""
    if len(v.by_seed) == 1:
        return f"{v.outcome} (n = {v.n}, {p_value(v.by_seed[0].p)})"
    each = ", ".join(_related(seed.p).removeprefix(f"={NO_BREAK}") for seed in v.by_seed)
    return f"{v.outcome} (n = {v.n}, {len(v.by_seed)} seeds, p of each: {each})"


SPEEDS: dict[Speed, str] = {
    "faster": "faster",
    "slower": "slower",
    "no clear difference": "the middle halves of the timed calls overlap, so no clear difference",
    "equal networks": "both have the same layers of the same shapes and do the same work",
    "busy": "the machine was busy: not comparable",
}
"""What timed calls say of two models."""


def busy_note(measurements: Sequence[Measurement]) -> str:
    """Say so if the machine was too busy for its times to be compared; "" if it was not."""
    timed = [latency for m in measurements for latency in m.latency_ms.values()]
    if not any(map(was_busy, timed)):
        return ""
    used = [latency.others_cpu for latency in timed if latency.others_cpu is not None]
    others = f" Other processes used up to {whole_percent(round(max(used), 2))} of its cores." if used else ""
    return f"The machine was busy while these were timed: not comparable.{others}"


def averages_estimated(variants: Sequence[str]) -> str:
    """What was done to variants whose training was too short for batch norm's running averages."""
    return (
        f"Few training steps ({', '.join(dict.fromkeys(variants))}): batch norm's running averages lag behind so short "
        "a training, so they were estimated anew on training examples before the model was measured (Wu and Johnson "
        "2021, arXiv:2105.07576)."
    )


def kept(run: str, at: datetime, seconds: float) -> str:
    """Where a stage was carried out that was taken over: kept: carried out in run ab12, 3 min ago, in 21 s."""
    return f"kept: carried out in run {run}, {ago(at)}, in {duration(seconds)}"


def kept_note(measurements: Sequence[Measurement]) -> str:
    """Say which figures an earlier run of the same models measured, where and when; "" if all are of this run."""
    names: dict[str, list[str]] = {}
    for m in measurements:
        if m.kept:
            repeat = f" (repeat {m.repeat + 1})" if m.name != "teacher" and any(o.repeat for o in measurements) else ""
            names.setdefault(m.kept.run, []).append(f"{m.name}{repeat}")
    if not names:
        return ""
    of_run = sources([m.kept for m in measurements if m.kept])
    told = "; ".join(f"{', '.join(of)} from {of_run[run]}" for run, of in names.items())
    return f"Quality and size are kept for {told}. Every latency was timed in this run."


def kept_students(kept: Sequence[Kept]) -> str:
    """Say how many students of an experiment were taken over from earlier runs; "" if none was."""
    if not kept:
        return ""
    runs = ", ".join(dict.fromkeys(k.run for k in kept))
    return f"Kept: {several(len(kept), 'trained student')} from run {runs}, where all that decides a student was equal."


def kept_sweeps(kept: Sequence[Kept]) -> str:
    """Say from which runs sweeps over sparsities were taken over; "" if none was."""
    return f"Kept from {'; '.join(sources(kept).values())}: all that decides it was equal." if kept else ""


def sources(kept: Sequence[Kept]) -> dict[str, str]:
    """The id of each run from which something was taken over, and that run in words: when it last kept some of it."""
    last = {k.run: k for k in sorted(kept, key=lambda k: datetime.fromisoformat(k.at))}
    return {k.run: f"run {k.run}, {ago(datetime.fromisoformat(k.at))}, on {k.device}" for k in last.values()}


def several(number: int, thing: str) -> str:
    """1 epoch, 5 epochs."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time span as people say it: 40 s, 3 min, 1 h 20 min."""
    if seconds < 1:
        return f"{three(seconds)} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def download(file: str, received: int, total: int | None, bytes_per_second: float | None) -> str:
    """How far a download is: model.safetensors: 12.3 MB of 268 MB, 2.1 MB/s, about 2 min left."""
    parts = [f"{file}: {size(received)}" + (f" of {size(total)}" if total else "")]
    if bytes_per_second is not None and received != total:
        parts.append(f"{size(bytes_per_second)}/s")
        if total and bytes_per_second:
            parts.append(f"about {duration(max(1, round((total - received) / bytes_per_second)))} left")
    return ", ".join(parts)


def milliseconds(value: float) -> str:
    """A latency."""
    return f"{three(value)} ms"


def middle_half(low: float, high: float) -> str:
    """The quartiles of timed calls: 1.23 to 1.45 ms."""
    return f"{three(low)} to {milliseconds(high)}"


def day(moment: datetime | str) -> str:
    """A date as 3 May 2026."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment.day} {moment:%b %Y}"


def ago(moment: datetime) -> str:
    """How long ago, in words."""
    seconds = (datetime.now(UTC) - moment.astimezone(UTC)).total_seconds()
    for limit, unit, divisor in ((90, "s", 1), (5400, "min", 60), (129_600, "h", 3600)):
        if seconds < limit:
            return f"{max(0, seconds) / divisor:.0f} {unit} ago"
    return day(moment)
