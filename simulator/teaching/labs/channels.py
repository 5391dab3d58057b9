"""Lab 5: single zeros or whole channels?"""

from __future__ import annotations

from simulator.config.run import RunConfig, make_config
from simulator.events import Measurement, Variant
from simulator.figures import numbers
from simulator.figures.numbers import nearest_percent, percent
from simulator.figures.statistics import Speed, Verdict, speed
from simulator.teaching.labs.base import Answer, Lab, Prediction, Settings, Table, judged_words
from simulator.teaching.labs.evidence import Evidence, Seen, judged
from simulator.teaching.labs.zeros import SPEEDS, megabytes
from simulator.teaching.quiz.question import Question, choice, right_first
from simulator.teaching.quiz.run_facts import points

BATCH = "batch_32"
CUT: tuple[Variant, ...] = ("pruned", "recovered")
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
        rows.append(
            {
                "Variant": name,
                "Accuracy": percent(m.accuracy),
                "Parameters": numbers.whole(m.parameters),
                "Dense file": megabytes(m.size_bytes),
                "MACs": numbers.whole(m.macs),
                "32 examples (middle half)": middle(m),
            }
        )
    return rows


def compared(evidence: Evidence) -> Verdict:
    """Compare the student without channels with the one with zeros, both just pruned, on the same test digits."""
    single, whole = evidence
    return judged(whole.variant("pruned"), single.variant("pruned"), whole.labels)


def answer(evidence: Evidence) -> Answer:
    """Which way cost more accuracy."""
    single, whole = evidence
    verdict = compared(evidence)
    zeros, channels = (seen.variant("pruned").accuracy for seen in (single, whole))
    sentence = (
        f"Just pruned, the student with zeros answers {percent(zeros)} correctly, the one without half of its "
        f"channels {percent(channels)} ({points(verdict.points / 100)}; {judged_words(verdict)})."
    )
    return Answer(ANSWERS[verdict.outcome], f"n = {verdict.n}", sentence)


def pace(whole: Seen) -> Speed:
    """Whether the narrower students, just pruned and recovered, are both faster, or both slower, than the whole one.

    They have the same shape: if the timed calls of only one stand apart, the machine is the cause.
    """
    d = whole.variant("distilled")
    found = {speed([d], [whole.variant(name)], BATCH) for name in CUT}
    return "busy" if "busy" in found else found.pop() if len(found) == 1 else "no clear difference"


def middle(m: Measurement) -> str:
    """The middle half of the timed calls."""
    timed = m.latency_ms[BATCH]
    return numbers.middle_half(timed.p25, timed.p75)


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """How much a deeper cut would leave, and whether the narrower students are faster."""
    _, whole = evidence
    return _deeper(whole), _pace(whole)


def _deeper(whole: Seen) -> Question:
    d, p = whole.variant("distilled"), whole.variant("pruned")
    left, share = p.size_bytes / d.size_bytes, 1 - whole.config.target_sparsity
    kept = share / 2
    return choice(
        "lab-channels-deeper",
        "This run",
        f"{nearest_percent(share)} of the channels stayed, and {percent(left)} of the dense file. Suppose that half of "
        "these channels go as well. About how much of the whole student's file is left then?",
        tuple(f"About {nearest_percent(guess)}" for guess in (kept**2, kept, share * kept, share)),
        f"A layer's weights are its inputs times its outputs, and both get narrower: {nearest_percent(share)} of both "
        f"leave {nearest_percent(share)} x {nearest_percent(share)} = {nearest_percent(share**2)} (measured: "
        f"{percent(left)}), {nearest_percent(kept)} of both leave {nearest_percent(kept**2)}.",
        "A layer's weights are its inputs times its outputs. Cutting channels makes both fewer.",
    )


def _pace(whole: Seen) -> Question:
    d, p, r = (whole.variant(name) for name in ("distilled", *CUT))
    speeds: dict[str, str] = {key: words for key, words in SPEEDS.items() if key != "equal networks"}
    return choice(
        "lab-channels-latency",
        "This run",
        "How fast do the two students without these channels answer 32 examples?",
        right_first(speeds, pace(whole)),
        f"The middle half of the timed calls took {middle(d)} before pruning, {middle(p)} just after it and "
        f"{middle(r)} after recovery; both narrower students must stand apart from the whole one. Multiply-adds: "
        f"{numbers.whole(d.macs)} before, {numbers.whole(p.macs)} after.",
        f"Fewer multiply-adds are a reason to expect it, but not a measurement. Does {middle(p)} overlap with "
        f"{middle(d)}? And does {middle(r)}?",
    )


def takeaway(evidence: Evidence) -> list[str]:
    """The costs and gains of each way."""
    single, whole = evidence
    d, p = whole.variant("distilled"), whole.variant("pruned")
    verdict = compared(evidence)
    cost = {
        "worse": f"Channels cost more accuracy than zeros ({points(verdict.points / 100)} just pruned): a "
        "channel takes its good weights with it, not only its bad ones.",
        "better": f"Channels cost less accuracy than zeros here ({points(verdict.points / 100)}): the expected effect "
        "did not show; it was reversed.",
        "within noise": f"There was no sign that channels cost more accuracy: {points(verdict.points / 100)} is "
        "within noise.",
    }[verdict.outcome]
    gain = f"But the dense file is really smaller, by {percent(1 - p.size_bytes / d.size_bytes)}"
    gain += f", and the student needs {percent(1 - p.macs / d.macs)} fewer multiply-adds"
    gain += {
        "faster": ": it really is faster, too.",
        "slower": ". It was not faster: its timed calls were slower, so that effect did not show.",
        "no clear difference": ". These timed calls gave no sign that it is faster.",
        "equal networks": ".",
        "busy": ". These timed calls cannot tell whether it is faster: the machine was busy.",
    }[pace(whole)]
    zeros, channels = (seen.variant("recovered").accuracy for seen in (single, whole))
    return [
        cost,
        gain,
        f"After recovery the two reach {percent(zeros)} (zeros) and {percent(channels)} (channels). Zeros keep "
        "accuracy; channels save bytes and multiply-adds. Which one to take depends on what must be saved.",
    ]


CHANNELS = Lab(
    name="channels",
    title="Zeros or channels?",
    question="Set half of the weights to zero, or cut out half of the channels: which costs more accuracy?",
    idea="**Structured pruning** removes whole **channels**: the layers get narrower, so the model is physically "
    "smaller. A layer that keeps half of its inputs and half of its outputs keeps about a quarter of its weights. "
    "Here the same distilled student is pruned twice: once half of its single weights, once half of its channels. Two "
    "runs, one after the other.",
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
    watch="The two runs are exactly alike until the stage Prune. Look for the differences after it.",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
)
