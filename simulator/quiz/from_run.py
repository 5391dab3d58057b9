"""Questions made from any finished run: every number in them was measured in it.

Wrong options are other numbers of the same run, or what a usual mistake would give. Options that would look alike
are left out; a question with fewer than three options, or with two right ones, is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from simulator.config import RunConfig
from simulator.events import Described, Event, Measured, Measurement, Stage, StageFinished
from simulator.quiz.question import Question, choice
from simulator.statistics import intervals_overlap

MOST_OPTIONS, FEWEST_OPTIONS = 4, 3
NEEDED = {"teacher", "distilled", "pruned"}
SOURCE = "Source: this run's own measurements, on the Results page."
STAGE_WORDS: dict[Stage, str] = {
    "teacher": "Training or loading the teacher",
    "control": "Training the control",
    "distil": "Distilling the student",
    "prune": "Pruning",
    "recover": "Recovery",
    "measure": "Measuring",
}


@dataclass(frozen=True)
class Facts:
    """What a finished run said, ready for questions."""

    config: RunConfig
    by_name: dict[str, Measurement]
    class_names: tuple[str, ...]
    seconds: dict[Stage, float]

    @property
    def last(self) -> Measurement:
        """The run's last variant."""
        return list(self.by_name.values())[-1]


def facts(config: RunConfig, events: Iterable[Event]) -> Facts:
    """What the events of a finished run tell."""
    said = list(events)
    return Facts(
        config,
        {e.measurement.name: e.measurement for e in said if isinstance(e, Measured)},
        next((e.class_names for e in said if isinstance(e, Described)), ()),
        {e.stage: e.seconds for e in said if isinstance(e, StageFinished)},
    )


def questions(known: Facts) -> tuple[Question, ...]:
    """The questions that this run can answer."""
    if not set(known.by_name) >= NEEDED or not known.class_names:
        return ()
    made = [make(known) for make in MAKERS]
    return tuple(q for q in made if q is not None)


# -- how numbers are written in options


def percent(value: float) -> str:
    """A fraction, to one digit after the point."""
    return f"{100 * value:.1f} %"


def points(value: float) -> str:
    """A difference of fractions in percentage points, with its sign."""
    return f"{100 * value:+.1f} points".replace("-", "\N{MINUS SIGN}") if round(100 * value, 1) else "0.0 points"


def count(value: float) -> str:
    """A number of things in full."""
    return f"{value:,.0f}"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f} times"


def one_of(
    key: str, text: str, right: float, wrong: Sequence[float], show: Callable[[float], str], why: str
) -> Question | None:
    """A question whose options are numbers; None where too few of them look different."""
    return among(key, text, show(right), [show(value) for value in wrong], why)


def among(key: str, text: str, right: str, wrong: Iterable[str], why: str) -> Question | None:
    """A question whose options are words; None where too few of them are different."""
    options = list(dict.fromkeys([right, *wrong]))[:MOST_OPTIONS]
    if len(options) < FEWEST_OPTIONS:
        return None
    return choice(f"run-{key}", "This run", "results", text, tuple(options), f"{why} {SOURCE}")


def most(values: dict[str, float]) -> str | None:
    """The name with the highest value; None where two share it."""
    top = [name for name, value in values.items() if value == max(values.values())]
    return top[0] if len(top) == 1 else None


# -- the questions


def best_variant(run: Facts) -> Question | None:
    """Which variant is right most often."""
    accuracy = {name: m.accuracy for name, m in run.by_name.items()}
    best = most(accuracy)
    if best is None:
        return None
    others = [name for name in accuracy if name != best]
    said = ", ".join(f"{name} {percent(value)}" for name, value in accuracy.items())
    return among("best", "Which variant of this run is the most accurate on the test data?", best, others, f"{said}.")


def accuracy_of_distilled(run: Facts) -> Question | None:
    """How often the distilled student is right."""
    m = run.by_name["distilled"]
    others = [o.accuracy for o in run.by_name.values() if o is not m] + [m.f1, 1 - m.accuracy]
    right = round(m.accuracy * m.test_examples)
    why = f"{right} of {m.test_examples} test examples are right."
    return one_of("accuracy", "How accurate is the distilled student?", m.accuracy, others, percent, why)


def help_of_the_teacher(run: Facts) -> Question | None:
    """Distilled against control."""
    if "control" not in run.by_name:
        return None
    d, c, t = (run.by_name[name].accuracy for name in ("distilled", "control", "teacher"))
    why = f"The distilled student has {percent(d)}, the control {percent(c)}."
    text = "By how many percentage points does the distilled student differ from the control?"
    return one_of("help", text, d - c, [c - d, d - t, t - c, run.last.accuracy - d], points, why)


def loss_by_pruning(run: Facts) -> Question | None:
    """Pruned against distilled."""
    p, d, t = (run.by_name[name].accuracy for name in ("pruned", "distilled", "teacher"))
    why = f"{percent(d)} before, {percent(p)} just after."
    text = "How did the accuracy change by pruning, before recovery?"
    return one_of("pruning", text, p - d, [d - p, p - t, d - t, -run.config.target_sparsity], points, why)


def gain_by_recovery(run: Facts) -> Question | None:
    """Recovered against pruned."""
    if "recovered" not in run.by_name:
        return None
    r, p, d = (run.by_name[name].accuracy for name in ("recovered", "pruned", "distilled"))
    why = f"{percent(p)} just after pruning, {percent(r)} after recovery."
    return one_of("recovery", "What did recovery change?", r - p, [p - r, r - d, d - p, p - d], points, why)


def measured_sparsity(run: Facts) -> Question | None:
    """The share of zeros among all parameters."""
    m, asked = run.by_name["pruned"], run.config.target_sparsity
    why = f"{m.parameters - m.nonzero_parameters:,} of {m.parameters:,} parameters are zero."
    text = f"A sparsity of {asked:.0%} was asked for. Which share of all the pruned model's parameters is zero?"
    return one_of("sparsity", text, m.sparsity, [asked, 1 - m.sparsity, asked / 2, m.sparsity / 2], percent, why)


def parameters_left(run: Facts) -> Question | None:
    """Parameters that are not zero."""
    m, d, asked = run.by_name["pruned"], run.by_name["distilled"], run.config.target_sparsity
    why = f"{m.parameters:,} are stored, {m.nonzero_parameters:,} of them are not zero."
    wrong = [d.nonzero_parameters, d.parameters * (1 - asked), m.parameters - m.nonzero_parameters, m.parameters / 4]
    text = "How many parameters of the pruned model are not zero?"
    return one_of("parameters", text, m.nonzero_parameters, wrong, count, why)


def file_after_pruning(run: Facts) -> Question | None:
    """The dense file, before and after."""
    p, d = run.by_name["pruned"], run.by_name["distilled"]
    why = f"{d.size_bytes:,} bytes before, {p.size_bytes:,} after."
    why += " Zeros are stored in full." if run.config.pruning == "unstructured" else " What was cut out is gone."
    wrong = [1 - p.gzip_bytes / d.gzip_bytes, run.config.target_sparsity, p.sparsity, 0.0]
    text = "By how much did pruning shrink the dense file?"
    return one_of("file", text, 1 - p.size_bytes / d.size_bytes, wrong, percent, why)


def gzip_after_pruning(run: Facts) -> Question | None:
    """The gzipped file, before and after."""
    p, d = run.by_name["pruned"], run.by_name["distilled"]
    why = f"{d.gzip_bytes:,} bytes before, {p.gzip_bytes:,} after."
    wrong = [1 - p.size_bytes / d.size_bytes, run.config.target_sparsity, p.gzip_bytes / d.gzip_bytes, p.sparsity]
    text = "By how much did pruning shrink the gzipped file?"
    return one_of("gzip", text, 1 - p.gzip_bytes / d.gzip_bytes, wrong, percent, why)


def share_of_macs(run: Facts) -> Question | None:
    """The last variant's MACs against the teacher's."""
    m, t = run.last, run.by_name["teacher"]
    why = f"{m.macs:,} of {t.macs:,} multiply-adds at {m.macs_at}."
    wrong = [m.parameters / t.parameters, 1 - m.macs / t.macs, m.nonzero_parameters / t.parameters, m.macs / t.macs / 2]
    text = f"Which share of the teacher's MACs does the {m.name} student need?"
    return one_of("macs", text, m.macs / t.macs, wrong, percent, why)


def flops_of_the_teacher(run: Facts) -> Question | None:
    """MACs into FLOPs."""
    macs = run.by_name["teacher"].macs
    text = f"The teacher needs {macs:,} MACs for one example. How many FLOPs is that, at two for each multiply-add?"
    return one_of("flops", text, 2 * macs, [macs, macs / 2, 4 * macs], count, f"2 x {macs:,} = {2 * macs:,}.")


def speed(run: Facts) -> Question | None:
    """How many times as fast the last variant is."""
    m, t = run.last, run.by_name["teacher"]
    if "batch_1" not in m.latency_ms or "batch_1" not in t.latency_ms:
        return None
    ratio = t.latency_ms["batch_1"].median / m.latency_ms["batch_1"].median
    why = f"Medians of {t.latency_ms['batch_1'].median:.2f} and {m.latency_ms['batch_1'].median:.2f} ms."
    wrong = [t.macs / m.macs, t.parameters / m.parameters, 1 / ratio, t.size_bytes / m.gzip_bytes]
    text = f"How many times as fast as the teacher is the {m.name} student, with one example at a time?"
    return one_of("speed", text, ratio, wrong, times, why)


def right_answers(run: Facts) -> Question | None:
    """The diagonal of the confusion matrix."""
    rights = {name: float(sum(row[i] for i, row in enumerate(m.confusion))) for name, m in run.by_name.items()}
    m = run.last
    right = rights.pop(m.name)
    why = f"The diagonal of its confusion matrix adds up to {right:,.0f}."
    wrong = [m.test_examples - right, *rights.values(), m.test_examples]
    text = f"How many of the {m.test_examples} test examples does the {m.name} student get right?"
    return one_of("right", text, right, wrong, count, why)


def hardest_class(run: Facts) -> Question | None:
    """The class with the lowest recall."""
    recall = {n: row[i] / sum(row) for i, (n, row) in enumerate(zip(run.class_names, run.last.confusion, strict=True))}
    hardest = most({name: -value for name, value in recall.items()})
    if hardest is None:
        return None
    others = sorted((name for name in recall if name != hardest), key=lambda name: recall[name])
    why = f"{percent(recall[hardest])} of its examples are recognised; next comes {others[0]} with "
    why += f"{percent(recall[others[0]])}."
    text = f"Of which class does the {run.last.name} student recognise the smallest share?"
    return among("hardest", text, hardest, others, why)


def chance(run: Facts) -> Question | None:
    """What the intervals of control and distilled allow to be said."""
    if "control" not in run.by_name:
        return None
    d, c = run.by_name["distilled"], run.by_name["control"]
    options = {
        "chance": "The intervals overlap: the difference may well be chance",
        "distilled": "The intervals do not overlap: the distilled student is better",
        "control": "The intervals do not overlap: the control is better",
    }
    right = "chance" if intervals_overlap(d, c) else "distilled" if d.accuracy > c.accuracy else "control"
    ends = [f"{percent(m.accuracy_interval[0])} to {percent(m.accuracy_interval[1])}" for m in (d, c)]
    why = f"Distilled: {ends[0]}; control: {ends[1]}."
    text = "What do the 95 % intervals say about the distilled student and the control?"
    return among("chance", text, options.pop(right), options.values(), why)


def weight_of_the_labels(run: Facts) -> Question | None:
    """1 - alpha."""
    alpha, t = run.config.alpha, run.config.temperature
    text = f"This run had alpha = {alpha:g}. With which weight did the true labels enter the student's loss?"
    why = f"Alpha weighs the soft loss, 1 - {alpha:g} = {1 - alpha:.2g} the hard loss."
    return one_of("alpha", text, 1 - alpha, [alpha, 1.0, alpha / t, 0.5], lambda value: f"{value:.2g}", why)


def factor_of_the_soft_loss(run: Facts) -> Question | None:
    """T squared."""
    t = run.config.temperature
    text = f"This run had T = {t:g}. By which factor was the KL divergence multiplied, so that its gradients keep "
    text += "their size?"
    return one_of("t-squared", text, t * t, [t, 1 / t, 2 * t, 1 / t**2], lambda v: f"{v:.4g}", f"T² = {t * t:g}.")


def longest_stage(run: Facts) -> Question | None:
    """Which stage took the most time."""
    seconds: dict[str, float] = {STAGE_WORDS[s]: value for s, value in run.seconds.items() if s in STAGE_WORDS}
    longest = most(seconds) if seconds else None
    if longest is None:
        return None
    others = sorted((name for name in seconds if name != longest), key=lambda name: -seconds[name])
    why = f"It took {seconds[longest]:.1f} s; next comes {others[0]} with {seconds[others[0]]:.1f} s." if others else ""
    return among("longest", "Which stage of this run took the most time?", longest, others, why)


MAKERS: tuple[Callable[[Facts], Question | None], ...] = (
    best_variant,
    accuracy_of_distilled,
    help_of_the_teacher,
    loss_by_pruning,
    gain_by_recovery,
    measured_sparsity,
    parameters_left,
    file_after_pruning,
    gzip_after_pruning,
    share_of_macs,
    flops_of_the_teacher,
    speed,
    right_answers,
    hardest_class,
    chance,
    weight_of_the_labels,
    factor_of_the_soft_loss,
    longest_stage,
)
