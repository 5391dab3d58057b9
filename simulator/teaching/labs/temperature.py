"""Lab 2: what does the temperature do to the soft targets, and to the student?"""

from __future__ import annotations

from collections.abc import Collection
from math import log
from statistics import mean

from simulator.experiments import EXPERIMENTS, ExperimentConfig, make_experiment
from simulator.experiments.paired import certainty, change, series, significant
from simulator.figures.numbers import decimals, entropy, percent, setting, unsigned_points
from simulator.teaching.labs.base import INTERVALS, Answer, Lab, Prediction, Settings, Table
from simulator.teaching.labs.evidence import Evidence, Seen
from simulator.teaching.quiz.question import Question, choice

TEMPERATURES = (1.0, 4.0, 20.0)
COLD, HOT = TEMPERATURES[0], TEMPERATURES[-1]
DIGITS = 10
SEEDS = 3


def configs(_: Settings) -> tuple[ExperimentConfig, ...]:
    """The experiment How hot with three temperatures."""
    return (make_experiment("how_hot", axes={"temperature": TEMPERATURES}, seeds=SEEDS),)


def table(evidence: Evidence) -> Table:
    """One row per temperature."""
    (seen,) = evidence
    return [
        {
            "Temperature": f"T = {setting(t)}",
            "Entropy of the soft targets": f"{entropy(seen.mean_of('entropy', {'temperature': t}))} nats",
            "Student's accuracy": percent(seen.mean_of("accuracy", {"temperature": t})),
            "Agreement with the teacher": percent(seen.mean_of("agreement", {"temperature": t})),
        }
        for t in TEMPERATURES
    ]


def answer(evidence: Evidence) -> Answer:
    """The experiment's conclusion."""
    (seen,) = evidence
    conclusion = seen.concluded()
    return Answer(conclusion.answer, f"{len({c.seed for c in seen.cells})} seeds", " ".join(conclusion.sentences))


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """What softening leaves as it is, and what other seeds would give."""
    (seen,) = evidence
    return _highest(seen), _again(seen)


def _highest(seen: Seen) -> Question:
    cold, hot = (seen.mean_of("entropy", {"temperature": t}) for t in (COLD, HOT))
    return choice(
        "lab-temperature-highest",
        "This run",
        f"From T = {setting(COLD)} to T = {setting(HOT)}, the mean entropy of the soft targets goes from "
        f"{entropy(cold)} to {entropy(hot)} nats. Take one digit: which class has the highest probability at "
        f"T = {setting(HOT)}?",
        (
            f"The same class as at T = {setting(COLD)}, whatever the digit",
            f"The class that came second at T = {setting(COLD)}",
            "None: all ten are equally probable",
            f"For some digits the same class as at T = {setting(COLD)}, for others another",
        ),
        f"All ten logits are divided by the same T, so the largest stays the largest. Only the distances shrink: at "
        f"T = {setting(HOT)} the entropy is {percent(hot / log(DIGITS))} of that of ten equal probabilities.",
        f"Divide 8 and 5 by {setting(HOT)}. Which result is larger?",
    )


def _again(seen: Seen) -> Question:
    accuracies = {t: series(seen.cells, "accuracy", temperature=t) for t in TEMPERATURES}
    means = {t: mean(values.values()) for t, values in accuracies.items()}
    highest = percent(max(means.values()))
    best = [t for t in TEMPERATURES if percent(means[t]) == highest]  # as the table shows them
    comparisons = seen.concluded().comparisons
    nothing_clear = "The order may change: no difference that was tested is clear"
    what_is_clear = (
        "A difference that was tested is clear, and will probably have the same sign again; the rest of the order may "
        "change"
    )
    order = "The same order: a mean over three seeds is reliable"
    hottest = f"T = {setting(HOT)} comes first: the softest targets say most"
    options: tuple[str, ...] = (nothing_clear, what_is_clear, order, hottest)
    if any(map(significant, comparisons)):
        options = (what_is_clear, nothing_clear, order, hottest)[: 3 if HOT in best else 4]
    tested = "; ".join(f"{c.name}: {change(c)} ({certainty(c)})" for c in comparisons)
    return choice(
        "lab-temperature-again",
        "This run",
        f"The highest mean accuracy here is that of {' and '.join(f'T = {setting(t)}' for t in best)}. What do you "
        "expect if somebody runs this lab again with three other seeds?",
        options,
        f"{tested}. Nothing else was tested. A difference is clear if p is below 0.05. {INTERVALS}",
        f"Seeds alone make the students at T = {setting(best[0])} differ by "
        f"{unsigned_points(100 * _range(accuracies[best[0]].values()))} points. The means of the three temperatures "
        f"differ by {unsigned_points(100 * _range(means.values()))} points.",
    )


def _range(values: Collection[float]) -> float:
    return max(values) - min(values)


def takeaway(evidence: Evidence) -> list[str]:
    """How the temperature changed the targets, and whether it changed the students."""
    (seen,) = evidence
    conclusion = seen.concluded()
    cold, hot = (seen.mean_of("entropy", {"temperature": t}) for t in (COLD, HOT))
    targets = (
        f"A higher temperature makes targets softer: their entropy went from {entropy(cold)} nats at T = "
        f"{setting(COLD)} to {entropy(hot)} at T = {setting(HOT)}. At T = 1 a sure teacher says little more than the "
        "label."
    )
    if hot <= cold:
        targets = (
            f"The entropy did not rise ({entropy(cold)} to {entropy(hot)} nats): the expected effect did not show."
        )
    student = "A higher temperature also made better students here, by more than chance between seeds."
    if not conclusion.shown:
        student = (
            "There was no sign that softer targets make a better student: over "
            f"{len({c.seed for c in seen.cells})} seeds the higher temperature chosen on validation examples was not "
            f"clearly better than T = {setting(COLD)}."
        )
    return [targets, student, "So T is a setting to try out on validation examples, not one to look up."]


TEMPERATURE = Lab(
    name="temperature",
    title="How hot?",
    question="The temperature T softens what the teacher says. Does that make a better student?",
    idea="A teacher that is 99.9 % sure of a 7 says hardly more than the label does. Dividing its **logits** by a "
    "**temperature** T before softmax lets the other classes show: this 7 looks a little like a 1, and not at all like "
    "a 0. How soft the targets are is measured by their **entropy**: 0 nats if one class has all of it, "
    f"{decimals(log(DIGITS), 2)} nats if all ten are equal. Here students learn at T = 1, 4 and 20, {SEEDS} seeds "
    "each.",
    terms=("logits", "temperature", "soft targets", "nats"),
    minutes=15,
    prediction=Prediction("What will the result be?", options=EXPERIMENTS["how_hot"].predictions),
    configs=configs,
    recorded=("recorded-lab-temperature",),
    watch="Every point is a student. Look at the accuracy first, then switch to the entropy: do they go together?",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
)
