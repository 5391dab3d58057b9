"""Lab 5: single zeros or whole channels?"""

from __future__ import annotations

from simulator.config import RunConfig, make_config
from simulator.labs.base import Answer, Lab, Prediction, Settings, Table, judged_words
from simulator.labs.evidence import Evidence, judged, speed
from simulator.labs.zeros import SPEEDS, size_row
from simulator.quiz.from_run import file_after_pruning, percent, points
from simulator.quiz.question import Question, choice, number
from simulator.statistics import Verdict

BATCH = "batch_32"
ANSWERS = {"worse": "channels", "better": "zeros", "within noise": "neither"}


def configs(_: Settings) -> tuple[RunConfig, ...]:
    """The same student twice: half of the weights, and half of the channels."""
    return make_config({}), make_config({"pruning": "structured"})


def table(evidence: Evidence) -> Table:
    """The whole student, and both ways to halve it."""
    single, whole = evidence
    rows = []
    for name, seen, variant in (
        ("not pruned", whole, "distilled"),
        ("zeros, just pruned", single, "pruned"),
        ("channels, just pruned", whole, "pruned"),
        ("zeros, recovered", single, "recovered"),
        ("channels, recovered", whole, "recovered"),
    ):
        m = seen.variant(variant)  # type: ignore[arg-type]
        timed = m.latency_ms[BATCH]
        sizes = size_row(name, m)
        kept = {key: sizes[key] for key in ("Variant", "Parameters", "Dense file")}
        time = f"{timed.median:.3g} ms ({timed.p25:.3g} to {timed.p75:.3g})"
        rows.append({**kept, "Accuracy": percent(m.accuracy), "32 examples (middle half)": time})
    return rows


def compared(evidence: Evidence) -> Verdict:
    """The student without channels against the one with zeros, both just pruned, on the same test digits."""
    single, whole = evidence
    return judged(whole.variant("pruned"), single.variant("pruned"), whole.labels)


def answer(evidence: Evidence) -> Answer:
    """Which way cost more accuracy."""
    single, whole = evidence
    said = compared(evidence)
    zeros, channels = (seen.variant("pruned").accuracy for seen in (single, whole))
    sentence = (
        f"Just pruned, the student with zeros is right in {percent(zeros)}, the one without half of its channels in "
        f"{percent(channels)} ({points(said.points / 100)}; {judged_words(said)})."
    )
    return Answer(ANSWERS[said.outcome], f"n = {said.n}", sentence)


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """What cutting channels does to the file and to the time."""
    _, whole = evidence
    d, p = whole.variant("distilled"), whole.variant("pruned")
    file = file_after_pruning(whole.facts) or number(
        "lab-channels-file",
        "This run",
        "results",
        "By how many per cent did cutting channels shrink the dense file?",
        round(100 * (1 - p.size_bytes / d.size_bytes), 1),
        f"{d.size_bytes:,} bytes before, {p.size_bytes:,} after.",
        tolerance=0.5,
    )
    right = speed(d, p, BATCH)
    was, now = d.latency_ms[BATCH], p.latency_ms[BATCH]
    time = choice(
        "lab-channels-latency",
        "This run",
        "results",
        "How fast does the student without these channels answer 32 examples?",
        (SPEEDS[right], *(words for key, words in SPEEDS.items() if key != right)),
        f"The middle half of the timed calls took {was.p25:.3g} to {was.p75:.3g} ms before and {now.p25:.3g} to "
        f"{now.p75:.3g} ms after; {d.macs:,} multiply-adds before, {p.macs:,} after.",
    )
    return file, time


def takeaway(evidence: Evidence) -> list[str]:
    """What each way costs and gives."""
    single, whole = evidence
    d, p = whole.variant("distilled"), whole.variant("pruned")
    said = compared(evidence)
    cost = {
        "worse": f"Channels cost more accuracy than zeros ({points(said.points / 100)} just pruned): a channel goes "
        "with its good weights and its bad ones.",
        "better": f"Channels cost less accuracy than zeros here ({points(said.points / 100)}): the expected effect did "
        "not show, it turned round.",
        "within noise": f"That channels cost more accuracy did not show: {points(said.points / 100)} is within noise.",
    }[said.outcome]
    timed = speed(d, p, BATCH)
    gain = f"But the dense file is really smaller, by {percent(1 - p.size_bytes / d.size_bytes)}"
    gain += {
        "faster": ", and the model really faster.",
        "slower": ". Faster it was not: these timed calls were slower, so that effect did not show.",
        "no clear difference": ". That it is faster did not show: the timed calls overlap.",
    }[timed]
    zeros, channels = (seen.variant("recovered").accuracy for seen in (single, whole))
    return [
        cost,
        gain,
        f"After recovery the two have {percent(zeros)} (zeros) and {percent(channels)} (channels). Zeros keep "
        "accuracy; channels save bytes and time. Which one to take depends on what must be saved.",
    ]


CHANNELS = Lab(
    name="channels",
    title="Zeros or channels?",
    question="Set half of the weights to zero, or cut out half of the channels: which costs more accuracy?",
    idea="**Structured pruning** removes whole **channels**: the layers get narrower, so the model is physically "
    "smaller. Of a layer with half of its inputs and half of its outputs about a quarter is left. Here the same "
    "distilled student is pruned twice: once half of its single weights, once half of its channels. Two runs, one "
    "after the other.",
    terms=("distilled", "pruned", "parameters", "MACs"),
    minutes=20,
    prediction=Prediction(
        "Just after pruning, before any recovery: which of the two will be less accurate?",
        options={
            "channels": "The one without half of its channels",
            "zeros": "The one with half of its weights at zero",
            "neither": "No clear difference",
        },
    ),
    configs=configs,
    recorded=("recorded-lab-zeros", "recorded-lab-channels"),
    watch="The students learn exactly alike until the stage Prune. What differs comes after it.",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
    screen=("pages/learn_inside.py", "Learn: inside the network"),
)
