"""Lab 3: how many weights can be set to zero before the student notices?"""

from __future__ import annotations

from simulator.events import Coordinates
from simulator.experiments import ExperimentConfig, make_experiment
from simulator.figures.numbers import nearest_percent, percent, points, setting
from simulator.teaching.labs.base import Answer, Lab, Prediction, Settings, Table
from simulator.teaching.labs.evidence import Evidence, Seen
from simulator.teaching.quiz.question import Question, choice, right_first

SPARSITIES = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
MOST = SPARSITIES[-1]
RECOVERY = 3
NEAR = 2.0
"""A loss of up to this many percentage points of accuracy counts as small."""

HALF = 0.5
ALIKE = 0.25
"""How far the cost of the first half may be from its share of all weights if the weights matter alike."""

SHAPES = {
    "last": "They differ: those that go first matter little, those that go last matter a lot",
    "alike": "They are alike: each one that goes costs about as much as any other",
    "first": "They differ: those that go first matter most",
    "spare": "Hardly any of them is needed: little is lost at the highest sparsity",
}


def configs(_: Settings) -> tuple[ExperimentConfig, ...]:
    """A sweep: each sparsity, without and with recovery, from the same distilled students."""
    axes = {"target_sparsity": SPARSITIES, "recovery_epochs": (0, RECOVERY)}
    return (make_experiment("sweep", {"epochs": 10, "train_examples": 600}, axes, seeds=2),)


def asked(sparsity: float) -> str:
    """A sparsity as it was asked for, as a whole percentage."""
    return nearest_percent(sparsity)


def accuracy(seen: Seen, sparsity: float, recovered: bool) -> float:
    """Mean accuracy of the final students at a sparsity."""
    at: Coordinates = {"target_sparsity": sparsity, "recovery_epochs": RECOVERY if recovered else 0}
    return seen.mean_of("final", at)


def whole(seen: Seen) -> float:
    """Mean accuracy of the students before pruning."""
    return seen.mean_of("distilled", {"target_sparsity": SPARSITIES[0], "recovery_epochs": 0})


def table(evidence: Evidence) -> Table:
    """One row per sparsity, the whole student first."""
    (seen,) = evidence
    rows = [{"Sparsity": "none", "Just pruned": percent(whole(seen)), "After recovery": "not pruned"}]
    for s in SPARSITIES:
        rows.append(
            {
                "Sparsity": asked(s),
                "Just pruned": percent(accuracy(seen, s, False)),
                "After recovery": percent(accuracy(seen, s, True)),
            }
        )
    return rows


def limit(seen: Seen, recovered: bool) -> float:
    """The highest sparsity tried up to which all students stay near the whole one; 0 if there is none."""
    reached = 0.0
    for s in SPARSITIES:
        if round(100 * (whole(seen) - accuracy(seen, s, recovered)), 6) > NEAR:  # 9 of 450 is exactly 2 points
            break
        reached = s
    return reached


def answer(evidence: Evidence) -> Answer:
    """The limit after recovery."""
    (seen,) = evidence
    after, before = limit(seen, True), limit(seen, False)
    seeds = len({c.seed for c in seen.cells})
    sentence = (
        f"The whole student reaches {percent(whole(seen))}. It stays within {setting(NEAR)} points of that up to "
        f"{asked(before)} sparsity just pruned, and up to {asked(after)} after {RECOVERY} epochs of recovery. The "
        f"sparsities tried were "
        f"{', '.join(map(asked, SPARSITIES))}."
    )
    return Answer(100 * after, f"{seeds} seeds", sentence)


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """What the shape of the fall says about the weights, and what recovery changes in a student."""
    (seen,) = evidence
    return _shape(seen), _changed(seen)


def _shape(seen: Seen) -> Question:
    none, half, most = whole(seen), accuracy(seen, HALF, False), accuracy(seen, MOST, False)
    fall = 100 * (none - most)
    if fall <= NEAR:
        right = "spare"
    else:
        early = (100 * (none - half) / fall) / (HALF / MOST)  # 1 if every weight cost equally much
        right = "last" if early < 1 - ALIKE else "first" if early > 1 + ALIKE else "alike"
    changes = (
        f"From none to {asked(HALF)} sparsity accuracy changes by {points(100 * (half - none))} points, from "
        f"{asked(HALF)} to {asked(MOST)} by {points(100 * (most - half))} points"
    )
    return choice(
        "lab-sparsity-shape",
        "This run",
        "Read the column Just pruned from top to bottom. What does the way in which accuracy changes say about the "
        "weights?",
        right_first(SHAPES, right),
        f"{changes}. The weights with the smallest absolute values go first.",
        f"{changes}. About as many weights go each time.",
    )


def _changed(seen: Seen) -> Question:
    most = max(SPARSITIES, key=lambda s: abs(accuracy(seen, s, True) - accuracy(seen, s, False)))
    fallen, back = (percent(accuracy(seen, most, recovered)) for recovered in (False, True))
    zeros = [
        percent(seen.mean_of("zeros", {"target_sparsity": most, "recovery_epochs": epochs})) for epochs in (0, RECOVERY)
    ]
    return choice(
        "lab-sparsity-changed",
        "This run",
        f"At {asked(most)} sparsity the student answers {fallen} correctly just pruned, and {back} after recovery. "
        "What did recovery change in the student?",
        (
            "The values of the weights that were left",
            "Which weights are zero: the important ones came back",
            "How many weights are zero: some of them came back",
            "Only how it was tested: on digits that it knew by then",
        ),
        f"The zeros stay zero while the other weights are trained: {zeros[0]} of the parameters are zero just pruned, "
        f"and {zeros[1]} after recovery. Both students are tested on the same digits, which neither was trained on.",
        f"Recovery keeps pruning's mask: {zeros[0]} of the parameters are zero before it, and {zeros[1]} after it.",
    )


def takeaway(evidence: Evidence) -> list[str]:
    """Where the cliff is, if there is one."""
    (seen,) = evidence
    before, after, near = limit(seen, False), limit(seen, True), f"{setting(NEAR)} points"
    if before == MOST:
        cliff = f"The expected cliff did not show: even at {asked(MOST)} the student stayed within {near}."
    elif before == 0:
        cliff = f"Even {asked(SPARSITIES[0])} cost more than {near}: this student has little to spare."
    else:
        cliff = (
            f"Up to {asked(before)} hardly anything happened, then accuracy fell: some weights do a lot, many do "
            "little."
        )
    recovery = (
        f"Recovery moved the limit from {asked(before)} to {asked(after)}: the weights that are left learn to do "
        "without the others."
    )
    if after <= before:
        recovery = (
            f"Recovery did not move the limit ({asked(before)} before, {asked(after)} after): that effect did not show."
        )
    return [
        cliff,
        recovery,
        "Whether these zeros also make the file smaller and the student faster is the question of the next lab.",
    ]


SPARSITY = Lab(
    name="sparsity",
    title="How much can go?",
    question="How many of a student's weights can be set to zero before it gets worse?",
    idea="**Unstructured pruning** ranks all weights by **importance**, here their absolute value, and sets the lowest "
    "to zero. The **sparsity** is the share that is zero. Just after pruning nothing has been retrained; **recovery** "
    f"trains what is left for {RECOVERY} more epochs, and the zeros stay zero.",
    terms=("importance", "sparsity", "pruned", "recovered"),
    minutes=15,
    prediction=Prediction(
        f"Up to which sparsity does the recovered student stay within {setting(NEAR)} points of the whole one?",
        low=0.0,
        high=95.0,
        step=5.0,
        start=50.0,
        form=lambda value: f"{nearest_percent(value / 100)} sparsity",
    ),
    configs=configs,
    recorded=("recorded-lab-sparsity",),
    watch="Each cell is a student. Is the upper row, with recovery, lighter than the lower one? From which sparsity "
    "on?",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
)
