"""Lab 2: what does the temperature do to the soft targets, and to the student?"""

from __future__ import annotations

from math import log

from simulator.experiments import EXPERIMENTS, ExperimentConfig, make_experiment
from simulator.figures.numbers import decimals, entropy, percent, setting
from simulator.teaching.labs.base import Answer, Lab, Prediction, Settings, Table
from simulator.teaching.labs.evidence import Evidence
from simulator.teaching.quiz.question import Question, number
from simulator.teaching.quiz.run_facts import points

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
    """How soft the hottest targets are, and how the students' accuracy changed."""
    (seen,) = evidence
    hottest = seen.mean_of("entropy", {"temperature": HOT})
    share = hottest / log(DIGITS)
    soft = number(
        "lab-temperature-entropy",
        "This run",
        f"If all ten classes were equally probable, the entropy would be ln 10 = {entropy(log(DIGITS))} nats. What "
        f"share of that, in per cent, is the entropy of the soft targets at T = {setting(HOT)}?",
        round(100 * share, 1),
        f"{entropy(hottest)} / {entropy(log(DIGITS))} = {percent(share)}. At 100 % the soft targets would no longer "
        "say anything about which classes are alike.",
        tolerance=1,
    )
    cold, hot = (seen.mean_of("accuracy", {"temperature": t}) for t in (COLD, HOT))
    change = 100 * (hot - cold)
    student = number(
        "lab-temperature-accuracy",
        "This run",
        f"By how many percentage points does the students' mean accuracy at T = {setting(HOT)} differ from that at "
        f"T = {setting(COLD)}? (lower is a negative number)",
        round(change, 1),
        f"{percent(hot)} minus {percent(cold)} is {points(hot - cold)}. The seeds, not the size of the number, "
        "decide whether that is more than chance.",
        tolerance=0.15,
    )
    return soft, student


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
