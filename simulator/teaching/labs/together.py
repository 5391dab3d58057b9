"""Lab 6: distil, prune and recover, so that the student fits a budget."""

from __future__ import annotations

from simulator.config.run import RunConfig, make_config
from simulator.figures.numbers import decimals, p_value, percent, whole
from simulator.teaching.labs.base import Answer, Choice, Lab, Prediction, Settings, Table, judged_words
from simulator.teaching.labs.evidence import Evidence, Seen
from simulator.teaching.labs.zeros import megabytes
from simulator.teaching.quiz.question import Question, choice, right_first
from simulator.teaching.quiz.run_facts import points

BUDGET = 1_000_000
"""Bytes that the final student's dense file may have."""

FOLLOWS = {
    "better": "The student is clearly better than its teacher",
    "worse": "The student is clearly worse than its teacher",
    "within noise": "No clear difference: on other digits either of them may be better",
    "equal": "The two are equally good, on other digits as well",
}
"""What a split of answers may mean; "equal" never follows from one."""


def configs(settings: Settings) -> tuple[RunConfig, ...]:
    """Channels are cut, so that the dense file gets smaller."""
    return (make_config({"pruning": "structured", "recovery_epochs": 3, **settings}),)


def table(evidence: Evidence) -> Table:
    """Every variant with its accuracy and its file."""
    (seen,) = evidence
    return [
        {
            "Variant": m.name,
            "Accuracy": percent(m.accuracy),
            "Parameters": whole(m.parameters),
            "Dense file": f"{whole(m.size_bytes)} bytes",
            "Within the budget": "yes" if m.size_bytes <= BUDGET else "no",
        }
        for m in (seen.variant(name) for name in ("teacher", "control", "distilled", "pruned", "recovered"))
    ]


def answer(evidence: Evidence) -> Answer:
    """Recovered minus teacher, in percentage points."""
    (seen,) = evidence
    verdict = seen.judged("recovered", "teacher")
    r, t = seen.variant("recovered"), seen.variant("teacher")
    sentence = (
        f"The final student answers {percent(r.accuracy)} correctly, its teacher {percent(t.accuracy)}: "
        f"{points(verdict.points / 100)} ({judged_words(verdict)}). Its file takes {megabytes(r.size_bytes)}, and "
        f"{megabytes(BUDGET)} is allowed: {kept(seen)}."
    )
    return Answer(verdict.points, f"n = {verdict.n}", sentence)


def kept(seen: Seen) -> str:
    """Whether the budget was met."""
    return "the budget was met" if seen.variant("recovered").size_bytes <= BUDGET else "the budget was not met"


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """Which step saved most, and what a split of answers says."""
    (seen,) = evidence
    return _step(seen), _split(seen)


def _step(seen: Seen) -> Question:
    t, d, p, r = (seen.variant(name) for name in ("teacher", "distilled", "pruned", "recovered"))
    narrower, cut = t.size_bytes / d.size_bytes, d.size_bytes / p.size_bytes
    options = ["The choice of a narrower student", "Cutting channels out"]
    return choice(
        "lab-together-step",
        "This run",
        f"The teacher's dense file takes {megabytes(t.size_bytes)}, the final student's {megabytes(r.size_bytes)}. "
        "Which step reduced the size by the largest factor?",
        (*(options if narrower >= cut else reversed(options)), "Distillation", "Recovery"),
        f"The narrower student's file is {decimals(narrower, 1)} times smaller than the teacher's; cutting channels "
        f"made it {decimals(cut, 1)} times smaller again. Distillation and recovery change the values of the weights, "
        "not their number.",
        "Which steps change the number of parameters at all? For each of them, divide the file's size before it by "
        "that after it.",
    )


def _split(seen: Seen) -> Question:
    verdict = seen.judged("recovered", "teacher")
    (pair,) = verdict.by_seed
    why, hint = (
        f"If both were equally good, a split of {pair.gained + pair.lost} this uneven or more would be this likely: "
        f"{p_value(pair.p)} (McNemar's test). A difference is clear if p is below 0.05; if it is not clear, it may "
        "still be there.",
        f"Toss a coin for each digit that only one of them reads correctly. How surprised would you be at a split of "
        f"{pair.gained} to {pair.lost}? And what would one such split prove about the coin?",
    )
    if pair.gained + pair.lost == 0:
        why = f"Both read the same digits correctly, so these {verdict.n} show no difference. Others may show one."
        hint = "These digits show no difference between the two. What does that prove about their reading of others?"
    return choice(
        "lab-together-split",
        "This run",
        f"The student alone reads {pair.gained} of the {verdict.n} test digits correctly, the teacher alone "
        f"{pair.lost}. What follows?",
        right_first(FOLLOWS, verdict.outcome),
        why,
        hint,
    )


def takeaway(evidence: Evidence) -> list[str]:
    """The costs and gains of all the steps together."""
    (seen,) = evidence
    r, p, t = (seen.variant(name) for name in ("recovered", "pruned", "teacher"))
    verdict, recovery = seen.judged("recovered", "teacher"), seen.judged("recovered", "pruned")
    ratio = t.size_bytes / r.size_bytes
    cost = {
        "better": f"The student is {whole(ratio)} times smaller than its teacher and even better here "
        f"({points(verdict.points / 100)}).",
        "worse": f"The student is {whole(ratio)} times smaller than its teacher, and pays for it with "
        f"{points(verdict.points / 100)}.",
        "within noise": f"The student is {whole(ratio)} times smaller than its teacher, and there was no sign of a "
        f"loss: {points(verdict.points / 100)} is within noise.",
    }[verdict.outcome]
    healed = (
        f"Recovery was needed: {percent(p.accuracy)} just pruned, {percent(r.accuracy)} after it."
        if recovery.outcome == "better"
        else f"There was no sign that recovery helps: {percent(p.accuracy)} just pruned, "
        f"{percent(r.accuracy)} after it."
    )
    size = f"At {megabytes(r.size_bytes)}, {kept(seen)} ({megabytes(BUDGET)})."
    if r.size_bytes > BUDGET:
        size += " A narrower student, or cutting more channels, would come closer."
    return [cost, healed, size]


TOGETHER = Lab(
    name="together",
    title="Putting it together: compress under a budget",
    question="Distil, prune, recover: how close does a student of at most 1 MB come to its teacher of 45 MB?",
    idea="Now you use all of it in one run: the teacher teaches a narrower **student**, the student loses "
    "**channels** and **recovers**. The final dense file may have **1,000,000 bytes**. You choose how wide the "
    "student is before pruning and what share of its channels is removed. Several combinations fit, and some do not.",
    terms=("teacher", "student", "pruned", "recovered"),
    minutes=20,
    prediction=Prediction(
        "How many percentage points will your final student be above (+) or below (\N{MINUS SIGN}) its teacher?",
        low=-40.0,
        high=5.0,
        step=0.5,
        start=-10.0,
        form=lambda value: points(value / 100),
    ),
    configs=configs,
    recorded=("recorded-lab-together",),
    watch="The run leaves four students. Watch what pruning does to the third, and what recovery does to the fourth.",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
    choices=(
        Choice("student_size", "Student's width against the teacher's", (0.25, 0.5), 0.5),
        Choice("target_sparsity", "Share of the channels to remove", (0.3, 0.5, 0.7), 0.5),
    ),
)
