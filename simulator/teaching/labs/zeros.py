"""Lab 4: half of the weights are zero. Is the file smaller, and the model faster?"""

from __future__ import annotations

from simulator.config.run import RunConfig, make_config
from simulator.events import Measurement
from simulator.figures.numbers import in_megabytes, middle_half, milliseconds, percent, three, whole
from simulator.figures.statistics import Speed
from simulator.teaching.labs.base import Answer, Lab, Prediction, Settings, Table
from simulator.teaching.labs.evidence import Evidence
from simulator.teaching.quiz.question import Question, choice

NONE = 0.005
"""A file that changes by less than this share counts as unchanged: headers differ by a few bytes."""

SPEEDS: dict[Speed, str] = {
    "faster": "Clearly faster than before pruning",
    "slower": "Clearly slower than before pruning",
    "equal networks": "Neither: it does the same multiplications as before",
    "no clear difference": "No clear difference: the timed calls overlap",
    "busy": "The times cannot tell: the machine was busy",
}


def configs(_: Settings) -> tuple[RunConfig, ...]:
    """The Lab's own default: half of the weights, one by one."""
    return (make_config({}),)


def megabytes(bytes_: float | None) -> str:
    """A file's size in MB, to three digits, or "not written"."""
    return "not written" if bytes_ is None else in_megabytes(bytes_)


def size_row(name: str, m: Measurement) -> dict[str, str]:
    """All sizes and times of a variant."""
    timed = m.latency_ms["batch_1"]
    return {
        "Variant": name,
        "Parameters": whole(m.parameters),
        "Zeros": percent(m.sparsity),
        "Dense file": megabytes(m.size_bytes),
        "Gzipped": megabytes(m.gzip_bytes),
        "Without zeros": megabytes(m.sparse_bytes),
        "One example (middle half)": f"{milliseconds(timed.median)} ({three(timed.p25)} to {three(timed.p75)})",
    }


def table(evidence: Evidence) -> Table:
    """Before and after pruning."""
    (seen,) = evidence
    return [size_row("distilled (before)", seen.variant("distilled")), size_row("pruned", seen.variant("pruned"))]


def answer(evidence: Evidence) -> Answer:
    """The dense file's reduction, in per cent."""
    (seen,) = evidence
    d, p = seen.variant("distilled"), seen.variant("pruned")
    shrunk = 1 - p.size_bytes / d.size_bytes
    sentence = (
        f"{percent(p.sparsity)} of the parameters are zero. The dense file had {whole(d.size_bytes)} bytes and now "
        f"has {whole(p.size_bytes)}: it is smaller by {percent(shrunk)}. The gzipped file is smaller by "
        f"{percent(1 - p.gzip_bytes / d.gzip_bytes)}."
    )
    return Answer(100 * shrunk, f"{whole(p.parameters)} parameters, one file each", sentence)


def questions(evidence: Evidence) -> tuple[Question, Question]:
    """What would make the dense file smaller, and where a difference in time comes from."""
    (seen,) = evidence
    d, p = seen.variant("distilled"), seen.variant("pruned")
    smaller = choice(
        "lab-zeros-smaller",
        "This run",
        f"With {percent(p.sparsity)} zeros the dense file takes {megabytes(p.size_bytes)}; before pruning it took "
        f"{megabytes(d.size_bytes)}. Which of these would make it smaller?",
        (
            "Remove whole channels, so that the layers have fewer weights",
            "Set 90 % of the weights to zero",
            "Set the largest weights to zero, not the smallest",
            "Train the pruned student for longer",
        ),
        f"The dense file holds every parameter in four bytes, zero or not: {whole(d.parameters)} before pruning, "
        f"{whole(p.parameters)} after. Only fewer parameters make it smaller; the next lab removes channels.",
        f"The file's size depends on how many parameters are stored: {whole(p.parameters)}. Which of the four changes "
        "that number?",
    )
    was, now = d.latency_ms["batch_1"], p.latency_ms["batch_1"]
    time = choice(
        "lab-zeros-time",
        "This run",
        f"One example took {milliseconds(was.median)} before pruning and {milliseconds(now.median)} after it. Where "
        "does a difference between these two times come from?",
        (
            "From the machine: both students do the same multiplications",
            "From the zeros: a multiplication by zero is quicker",
            "From the file: the pruned student reads fewer bytes",
        ),
        f"{whole(p.macs)} multiply-adds both times, by zero or not. The middle half of the timed calls took "
        f"{middle_half(was.p25, was.p75)} before and {middle_half(now.p25, now.p75)} after.",
        f"A dense matrix product does not look at its numbers. It does {whole(d.macs)} multiply-adds before pruning "
        f"and {whole(p.macs)} after.",
    )
    return smaller, time


def takeaway(evidence: Evidence) -> list[str]:
    """What the zeros changed, and what they did not."""
    (seen,) = evidence
    d, p = seen.variant("distilled"), seen.variant("pruned")
    shrunk = 1 - p.size_bytes / d.size_bytes
    file = "The dense file is no smaller: a zero takes four bytes like any other number."
    if abs(shrunk) >= NONE:
        file = f"The dense file changed by {percent(-shrunk)}: zeros were expected to leave its size alone."
    latency = (
        "The student is no faster either: a dense matrix product multiplies by zero, too. If the times differ, the "
    )
    latency += "machine is the cause: both networks do the same work."
    packed = 1 - p.gzip_bytes / d.gzip_bytes
    zeros = f"Formats that store zeros more cheaply do gain: the gzipped file is {percent(packed)} smaller"
    if packed < NONE:
        zeros = f"Not even gzip gained ({percent(packed)}): the expected effect did not show"
    if p.sparse_bytes is not None and d.sparse_bytes is not None:
        zeros += f", a file without zeros {percent(1 - p.sparse_bytes / d.sparse_bytes)}"
    return [file, latency, zeros + "."]


ZEROS = Lab(
    name="zeros",
    title="What are zeros worth?",
    question="Half of a student's weights become zero. How much smaller does its file get?",
    idea="The same **unstructured pruning** as before, at 50 %. The student is then written to a file, weight after "
    "weight, four bytes each; the file is also **gzipped**, and written once more **without its zeros**: a mask of one "
    "bit per weight says where they were. And its **latency** is measured: how long one example really takes.",
    terms=("sparsity", "parameters", "latency"),
    minutes=10,
    prediction=Prediction(
        "By how many per cent will the dense file shrink when half of the weights are set to zero?",
        low=0.0,
        high=100.0,
        step=1.0,
        start=25.0,
        form=lambda value: percent(value / 100),
    ),
    configs=configs,
    recorded=("recorded-resnet18",),
    watch="Training is not the point this time. Files and times are measured in the last stage.",
    table=table,
    answer=answer,
    questions=questions,
    takeaway=takeaway,
)
