"""Lab 2: what does the temperature do to the soft targets, and to the student?"""

from __future__ import annotations

from math import log

from simulator.experiments import EXPERIMENTS, ExperimentConfig, make_experiment
from simulator.figures.numbers import percent
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
    """A row a temperature."""
    (seen,) = evidence
    return [
        {
            "Temperature": f"T = {t:g}",
            "Entropy of the soft targets": f"{seen.mean_of('entropy', {'temperature': t}):.3f} nats",
            "Student's accuracy": percent(seen.mean_of("accuracy", {"temperature": t})),
            "Answers as the teacher does": percent(seen.mean_of("agreement", {"temperature": t})),
        }
        for t in TEMPERATURES
    ]


def answer(evidence: Evidence) -> Answer:
    """What the experiment concludes."""
    (seen,) = evidence
    said = seen.concluded()
    return Answer(said.answer, f"{len({c.seed for c in seen.cells})} seeds", " ".join(said.sentences))


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """How soft is hot, and what the students made of it."""
    (seen,) = evidence
    entropy = seen.mean_of("entropy", {"temperature": HOT})
    share = 100 * entropy / log(DIGITS)
    soft = number(
        "lab-temperature-entropy",
        "This run",
        f"If all ten classes were equally probable, the entropy would be ln 10 = {log(DIGITS):.3f} nats. Which share "
        f"of that do the soft targets have at T = {HOT:g}, in per cent?",
        round(share, 1),
        f"{entropy:.3f} / {log(DIGITS):.3f} = {share:.1f} %. At 100 % the soft targets would say nothing any more "
        "about which classes are alike.",
        tolerance=1,
    )
    cold, hot = (seen.mean_of("accuracy", {"temperature": t}) for t in (COLD, HOT))
    change = 100 * (hot - cold)
    student = number(
        "lab-temperature-accuracy",
        "This run",
        f"By how many percentage points does the students' mean accuracy at T = {HOT:g} differ from that at "
        f"T = {COLD:g}? (lower is a negative number)",
        round(change, 1),
        f"{percent(hot)} less {percent(cold)} is {points(hot - cold)}. Whether that is more than chance, the seeds "
        "decide, not the size of the number.",
        tolerance=0.15,
    )
    return soft, student


def takeaway(evidence: Evidence) -> list[str]:
    """What the heat did to the targets, and whether it reached the students."""
    (seen,) = evidence
    said = seen.concluded()
    cold, hot = (seen.mean_of("entropy", {"temperature": t}) for t in (COLD, HOT))
    targets = (
        f"Heat makes targets softer: their entropy went from {cold:.3f} nats at T = {COLD:g} to {hot:.3f} at "
        f"T = {HOT:g}. At T = 1 a sure teacher says little more than the label."
    )
    if hot <= cold:
        targets = f"The entropy did not rise ({cold:.3f} to {hot:.3f} nats): the expected effect did not show."
    student = "A higher temperature also made better students here, by more than the seeds' chance."
    if not said.shown:
        student = (
            "That softer targets make a better student did not show: over "
            f"{len({c.seed for c in seen.cells})} seeds the hotter temperature that validation examples chose was not "
            f"clearly ahead of T = {COLD:g}."
        )
    return [targets, student, "So T is a setting to try out, on validation examples, and not one to look up."]


TEMPERATURE = Lab(
    name="temperature",
    title="How hot?",
    question="The temperature T softens what the teacher says. Does that make a better student?",
    idea="A teacher that is 99.9 % sure of a 7 says hardly more than the label does. Dividing its **logits** by a "
    "**temperature** T before softmax lets the other classes show: this 7 looks a little like a 1, and not at all like "
    "a 0. How soft the targets are is measured by their **entropy**: 0 nats if one class has it all, "
    f"{log(DIGITS):.2f} nats if all ten are equal. Here students learn at T = 1, 4 and 20, {SEEDS} seeds each.",
    terms=("logits", "temperature", "soft targets", "nats"),
    minutes=15,
    prediction=Prediction("What will come out?", options=EXPERIMENTS["how_hot"].predictions),
    configs=configs,
    recorded=("recorded-lab-temperature",),
    watch="Every point is a student. Look at the accuracy first, then switch to the entropy: do they go together?",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
)
