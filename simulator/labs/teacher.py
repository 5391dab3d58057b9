"""Lab 1: does a teacher help a student that has few training examples?"""

from __future__ import annotations

from simulator.config import RunConfig, make_config
from simulator.labs.base import Answer, Lab, Prediction, Settings, Table, accuracy_rows, judged_words
from simulator.labs.evidence import Evidence
from simulator.quiz.from_run import percent, points
from simulator.quiz.question import Question, choice, number

FEW = 200
VERDICTS = {
    "better": "The teacher helped, and by more than chance would often do",
    "worse": "The teacher did harm, and by more than chance would often do",
    "within noise": "A difference this small also comes about by the choice of test digits",
}


def configs(_: Settings) -> tuple[RunConfig, ...]:
    """Few examples, a small student, and nothing pruned."""
    few = {"student_size": 0.25, "train_examples": FEW, "alpha": 0.9, "epochs": 15}
    return (make_config({**few, "target_sparsity": 0.0, "recovery_epochs": 0}),)


def table(evidence: Evidence) -> Table:
    """Teacher, control and distilled."""
    return accuracy_rows(
        evidence, {"teacher": "teacher", "control": "control (no teacher)", "distilled": "distilled (with teacher)"}
    )


def answer(evidence: Evidence) -> Answer:
    """Distilled less control, in percentage points."""
    (seen,) = evidence
    judged = seen.judged("distilled", "control")
    d, c = seen.variant("distilled"), seen.variant("control")
    sentence = (
        f"With the teacher the student is right in {percent(d.accuracy)}, without it in {percent(c.accuracy)}: "
        f"{points(judged.points / 100)} ({judged_words(judged)})."
    )
    return Answer(judged.points, f"n = {judged.n}", sentence)


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """What points are in digits, and whether they are more than chance."""
    (seen,) = evidence
    judged = seen.judged("distilled", "control")
    (pair,) = judged.by_seed
    d, c = (round(m.accuracy * m.test_examples) for m in (seen.variant("distilled"), seen.variant("control")))
    more = number(
        "lab-teacher-digits",
        "This run",
        "results",
        f"How many more of the {judged.n} test digits does the distilled student read rightly than the control? "
        "(fewer is a negative number)",
        d - c,
        f"{d} against {c}: {d - c:+d}. Only the distilled student was right on {pair.gained}, only the control on "
        f"{pair.lost}; on all others they are both right or both wrong.",
        tolerance=0.5,
    )
    options = [VERDICTS[judged.outcome], *(words for key, words in VERDICTS.items() if key != judged.outcome)]
    chance = choice(
        "lab-teacher-chance",
        "This run",
        "results",
        f"{pair.gained} digits were read rightly by the distilled student alone, {pair.lost} by the control alone. "
        "What follows?",
        tuple(options),
        f"If each were as good, the {pair.gained + pair.lost} digits would fall either way like a coin: so uneven a "
        f"split, or more so, then comes up with probability {pair.p:.3g} (McNemar's test). Below 0.05 counts as clear; "
        "the interval of the difference must leave out 0, too.",
    )
    return more, chance


def takeaway(evidence: Evidence) -> list[str]:
    """Whether the help showed."""
    (seen,) = evidence
    judged = seen.judged("distilled", "control")
    examples = seen.config.train_examples
    gain = points(judged.points / 100)
    said = {
        "better": f"The teacher helped: {gain} with {examples} training digits. Its probabilities for all ten classes "
        "say more about each digit than the label alone.",
        "worse": f"The teacher did harm here: {gain}. The expected effect did not show; it turned round.",
        "within noise": f"The expected effect did not show: {gain} is within noise. That is no proof that the teacher "
        "is useless, only that these test digits cannot tell.",
    }[judged.outcome]
    return [
        said,
        "Without the control nobody could say any of this: the distilled student's accuracy alone does not show what "
        "the teacher did.",
        "This was one seed. Another student may differ: the experiment Few labels repeats it with several.",
    ]


TEACHER = Lab(
    name="teacher",
    title="Does a teacher help?",
    question="A small student has only 200 labelled digits to learn from. How much better does it get with a teacher?",
    idea="The **teacher** is a ResNet-18 that has learned from all training digits. Two equal **students**, much "
    "smaller, see the same 200 of them. The **control** learns from the labels alone. The **distilled** student also "
    "learns from the teacher's **soft targets**: how probable the teacher finds each of the ten classes. Start, "
    "batches and steps are the same, so whatever differs in the end is the teacher's doing, or chance.",
    minutes=15,
    prediction=Prediction(
        "By how many percentage points will the teacher change the student's accuracy on digits that it has not seen?",
        low=-20.0,
        high=40.0,
        step=0.5,
        start=0.0,
        form=lambda value: points(value / 100),
    ),
    configs=configs,
    recorded=("recorded-lab-teacher",),
    watch="The hard loss measures both students by the labels. Which of the two gets lower? And which does better on "
    "validation digits, which neither has trained on?",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
    screen=("pages/learn_loss.py", "Learn: the loss"),
)
