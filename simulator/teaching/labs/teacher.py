"""Lab 1: does a teacher help a student that has few labelled examples?"""

from __future__ import annotations

from simulator.events import Comparison, Coordinates
from simulator.experiments import ExperimentConfig, make_experiment
from simulator.experiments.paired import certainty, change, significant
from simulator.figures.numbers import percent
from simulator.teaching.labs.base import INTERVALS, Answer, Lab, Prediction, Settings, Table
from simulator.teaching.labs.evidence import Evidence, Seen
from simulator.teaching.quiz.question import Question, choice, right_first
from simulator.teaching.quiz.run_facts import points

FEW, MANY = 50, 500
SEEDS = 3
FOLLOWS = {
    "better": "The teacher helps here too, by more than chance between seeds would often do",
    "worse": "The teacher does harm here, by more than chance between seeds would often do",
    "within noise": "These seeds cannot tell: the difference may well be chance",
    "equal": "The two students are equally good: the teacher adds nothing",
}
"""What a difference may mean; "equal" never follows from seeds that differ by chance."""

MOVED = {
    "control": "Mostly the control: the labels changed it much more than the distilled student",
    "distilled": "Mostly the distilled student: the labels changed it much more than the control",
    "both": "Both: neither of them changed more than twice as much as the other",
    "neither": "The seeds cannot tell whether the lead changed at all",
}
"""Which student made the distilled student's lead change."""


def configs(_: Settings) -> tuple[ExperimentConfig, ...]:
    """The experiment Few labels with two numbers of labels."""
    return (make_experiment("few_labels", axes={"labels": (FEW, MANY)}, seeds=SEEDS),)


def accuracy(seen: Seen, labels: int, student: str) -> float:
    """Mean accuracy of the students with this many labels."""
    at: Coordinates = {"labels": labels, "student": student}
    return seen.mean_of("accuracy", at)


def gain(seen: Seen, labels: int) -> float:
    """Accuracy of the distilled student minus the control's, as a fraction."""
    return accuracy(seen, labels, "distilled") - accuracy(seen, labels, "control")


def tested(seen: Seen, labels: int) -> Comparison:
    """The same difference with its interval and its p over the seeds, as the experiment concluded."""
    return next(c for c in seen.concluded().comparisons if c.name == f"{labels} labels")


def outcome(comparison: Comparison) -> str:
    """ "better", "worse" or "within noise"."""
    if not significant(comparison):
        return "within noise"
    return "better" if comparison.mean > 0 else "worse"


def table(evidence: Evidence) -> Table:
    """One row for each number of labels."""
    (seen,) = evidence
    return [
        {
            "Labelled digits": str(labels),
            "Control (labels only)": percent(accuracy(seen, labels, "control")),
            "Distilled (with the teacher)": percent(accuracy(seen, labels, "distilled")),
            "Difference": f"{change(tested(seen, labels))} ({certainty(tested(seen, labels))})",
        }
        for labels in (FEW, MANY)
    ]


def answer(evidence: Evidence) -> Answer:
    """Distilled minus control with few labels, in percentage points."""
    (seen,) = evidence
    sentence = (
        f"With {FEW} labels, the student alone answers {percent(accuracy(seen, FEW, 'control'))} correctly, with the "
        f"teacher {percent(accuracy(seen, FEW, 'distilled'))}: {points(gain(seen, FEW))} "
        f"({certainty(tested(seen, FEW))})."
    )
    return Answer(100 * gain(seen, FEW), f"{len({c.seed for c in seen.cells})} seeds", sentence)


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """Which student more labels changed, and what a difference says where labels are many."""
    (seen,) = evidence
    return _moved(seen), _follows(seen)


def _moved(seen: Seen) -> Question:
    trend = seen.concluded().comparisons[-1]
    steps = {name: accuracy(seen, MANY, name) - accuracy(seen, FEW, name) for name in ("control", "distilled")}
    larger, smaller = sorted(steps, key=lambda name: -abs(steps[name]))
    right = larger if abs(steps[larger]) > 2 * abs(steps[smaller]) else "both"
    if not significant(trend):
        right = "neither"
    changes = "; ".join(
        f"the {words} goes from {percent(accuracy(seen, FEW, name))} to {percent(accuracy(seen, MANY, name))}"
        for name, words in {"control": "control", "distilled": "distilled student"}.items()
    )
    why = f"From {FEW} to {MANY} labels, {changes}."
    if right == "control" and steps["control"] > 0:
        why += " The labels now teach the control what the teacher had taught the other student."
    if right == "neither":
        why += f" The change of the lead is clear if p is below 0.05. {INTERVALS}"
    return choice(
        "lab-teacher-moved",
        "This run",
        f"The distilled student's lead is {points(gain(seen, FEW))} with {FEW} labels and {points(gain(seen, MANY))} "
        f"with {MANY} (for the change: {certainty(trend)}). Which student made the lead change?",
        right_first(MOVED, right),
        why,
        "Compare each student with itself: how far is it from the upper row of the table to the lower one? And is p "
        "below 0.05?",
    )


def _follows(seen: Seen) -> Question:
    judged = tested(seen, MANY)
    differences = [c.name for c in seen.concluded().comparisons if c.p is not None]
    return choice(
        "lab-teacher-follows",
        "This run",
        f"With {MANY} labels the difference is {points(judged.mean)} ({certainty(judged)}). What follows?",
        right_first(FOLLOWS, outcome(judged)),
        "A difference is clear if p is below 0.05 in a paired t-test over the seeds, corrected because the run tests "
        f"{len(differences)} differences ({'; '.join(differences)}). One that is not clear may still be there: "
        f"{judged.n} seeds show only large ones. {INTERVALS}",
        "Look at p, not at the interval, which takes no account of the other tests: is p below 0.05? If it is not, has "
        "the run shown that there is no difference?",
    )


def takeaway(evidence: Evidence) -> list[str]:
    """Whether the teacher helped, and with how many labels."""
    (seen,) = evidence
    few, many = tested(seen, FEW), tested(seen, MANY)
    help_of_few = {
        "better": f"The teacher helped: {points(few.mean)} with {FEW} labels. It had learned from all labels, "
        "and passed on much of that without showing a single one.",
        "worse": f"The teacher did harm: {points(few.mean)} with {FEW} labels. The expected effect did not show; it "
        "was reversed.",
        "within noise": f"The expected effect did not show: {points(few.mean)} with {FEW} labels, and the seeds cannot "
        "tell that from chance.",
    }[outcome(few)]
    shrinks = {
        "better": f"With {MANY} labels it still helped ({points(many.mean)})",
        "worse": f"With {MANY} labels it did harm ({points(many.mean)})",
        "within noise": f"With {MANY} labels there was no sign of help ({points(many.mean)}, within noise)",
    }[outcome(many)]
    less = seen.concluded().comparisons[-1]  # the gain with few labels against that with many
    shown = outcome(few) == outcome(less) == "better"
    shrinks += ": when labels are plentiful, a teacher has less to add." if shown else "."
    return [
        help_of_few,
        shrinks,
        "Without the control nobody could say any of this: the distilled student's accuracy alone does not show what "
        "the teacher did.",
    ]


TEACHER = Lab(
    name="teacher",
    title="Does a teacher help?",
    question=f"Only {FEW} digits are labelled. How much better does a small student get with a teacher?",
    idea=f"A small student is given {FEW} labels for 1,077 handwritten digits. The **control** learns from these {FEW} "
    "digits alone. The **distilled** student sees all the digits, and a **teacher** tells it, for each digit, how "
    "probable each of the ten classes is: its **soft targets**. The teacher is a ResNet-18 that has learned from all "
    "labels; the question is how much of that it can pass on. Both students start from the same weights and take the "
    "same number of steps, so any difference at the end comes from the teacher or from chance. That is why each is "
    f"trained with {SEEDS} seeds. The same is done with {MANY} labels.",
    terms=("teacher", "control", "distilled", "soft targets"),
    minutes=15,
    prediction=Prediction(
        f"With {FEW} labels: by how many percentage points will the teacher change the student's accuracy on digits "
        "that it has never seen?",
        low=-20.0,
        high=40.0,
        step=0.5,
        start=0.0,
        form=lambda value: points(value / 100),
    ),
    configs=configs,
    recorded=("recorded-lab-teacher",),
    watch="Every point is a student. How far apart are the two lines on the left, where labels are few, and how far on "
    "the right?",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
)
