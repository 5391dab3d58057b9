"""Zeros or channels: at equal non-zero parameters, is it better to lose single weights or whole parts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

from simulator.catalog.pruning import SCOPES
from simulator.events import CellFinished, Comparison, Conclusion
from simulator.experiments.base import AxisValue, Design, Experiment, Place, Quantities
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import milliseconds, percent, points, size, whole, whole_percent
from simulator.figures.statistics import BUSY_SHARE

UNPRUNED, ZEROS, CHANNELS = "unpruned", "zeros", "channels"
STUDENTS = (UNPRUNED, ZEROS, CHANNELS)
BATCHES = {"latency_1": "one example", "latency_32": "a batch of 32"}
"""Name of a cell's value -> what was timed."""

BUSY = "The machine was busy while they were timed, so the times are not comparable."
FILES = {"size_bytes": "dense", "gzip_bytes": "gzipped", "sparse_bytes": "without zeros"}


def places(config: Design) -> list[Place]:
    """The unpruned student and both kinds of pruned ones for each share, with every seed."""
    return [
        ({"parts_removed": removed, "student": student}, seed)
        for seed in config.all_seeds()
        for removed in config.values("parts_removed")
        for student in STUDENTS
    ]


def refusal(config: Design) -> str:
    """Refuse settings with which the numbers of parameters cannot be made exactly equal."""
    if not SCOPES[config.base.scope].over_all_layers:
        return (
            f"scope {config.base.scope} rounds layer by layer, so the numbers of parameters would differ: choose global"
        )
    if config.base.also_prune:
        return f"also_prune {', '.join(config.base.also_prune)} applies to single weights only: leave it empty"
    if config.base.round_to != 1:
        return f"round_to {config.base.round_to} keeps more channels than the share says: leave it at 1"
    if config.base.pattern.only_sparsity is not None:
        return "pruning 2:4 has only one sparsity: leave pruning out, because this experiment does both other kinds"
    return ""


def trained_examples(config: Design) -> int:
    """For each seed one distillation, a recovery of the unpruned student, and two of pruned ones for each share."""
    base, shares = config.base, len(config.values("parts_removed"))
    return config.seeds * base.train_examples * (base.epochs + (1 + 2 * shares) * base.recovery_epochs)


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Accuracy, files and latency of zeros against channels, at each number of parameters that stay."""
    shares = config.values("parts_removed")
    got = {(r, s): series(cells, "accuracy", parts_removed=r, student=s) for r in shares for s in STUDENTS}
    accuracy = holm(
        [
            compare(f"zeros against channels at {whole_percent(float(r))}", got[r, ZEROS], got[r, CHANNELS])
            for r in shares
        ]
    )
    quiet = quiet_cells(cells)
    enough = [r for r in shares if len(_timings(quiet, r)) >= min(2, config.seeds)]
    # Zeros are multiplied like any other number: a student with zeros does the unpruned one's work, and needs no test.
    timed = [(r, value) for r in enough for value in BATCHES]
    latency = holm([_latency(quiet, r, CHANNELS, value) for r, value in timed])
    faster = [t for t in latency if _clear(t)]
    keeps = [t for t in accuracy if significant(t) and t.mean > 0]
    loses = [t for t in accuracy if significant(t) and t.mean < 0]
    sentences = [f"{_first(keeps, loses)} {_faster(faster) + _left_out(cells, quiet) if timed else BUSY}"]
    for r, test in zip(shares, accuracy, strict=True):
        changes = {value: t for (at, value), t in zip(timed, latency, strict=True) if at == r}
        sentences += [
            f"{whole_percent(float(r))} of the parts removed: {_parameters(cells, r)} Accuracy: "
            f"zeros {share(got[r, ZEROS])}, channels {share(got[r, CHANNELS])} ({change(test)} for zeros; "
            f"{certainty(test)}); unpruned and trained as long {share(got[r, UNPRUNED])}.",
            f"Files at {whole_percent(float(r))}: {'; '.join(_files(cells, r, s) for s in STUDENTS)}.",
            *(_times(quiet if r in enough else cells, r, value, changes) for value in BATCHES),
        ]
        if timed and r not in enough:
            seeds = "fewer than 2 seeds are" if config.seeds > 1 else "no seed is"
            sentences.append(f"Times at {whole_percent(float(r))} are not compared: {seeds} left.")
    answers = {(True, True): "trade", (False, True): "channels", (True, False): "zeros", (False, False): "neither"}
    answer = answers[bool(keeps) and not loses, bool(faster)] if timed else ""
    tests = (*accuracy, *latency)
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=answer == "trade", comparisons=tests)


def quiet_cells(cells: Sequence[CellFinished]) -> list[CellFinished]:
    """The cells without those of a share and a seed of which a student was timed while the machine was busy.

    The students of a share and a seed are timed in turns, so the times of one compare with those of the others only.
    """
    busy = {_timing(cell) for cell in cells if cell.values.get("others_cpu", 0.0) > BUSY_SHARE}
    return [cell for cell in cells if _timing(cell) not in busy]


def _timing(cell: CellFinished) -> tuple[AxisValue, int]:
    return cell.at["parts_removed"], cell.seed


def _timings(cells: Sequence[CellFinished], *removed: AxisValue) -> set[tuple[AxisValue, int]]:
    """The shares and seeds that were timed; of these shares, or of all."""
    return {_timing(cell) for cell in cells if not removed or cell.at["parts_removed"] in removed}


def _left_out(cells: Sequence[CellFinished], quiet: Sequence[CellFinished]) -> str:
    """How many timings are left out; "" if none is."""
    total = len(_timings(cells))
    number = total - len(_timings(quiet))
    if not number:
        return ""
    verb = "is" if number == 1 else "are"
    return f" {number} of {total} timings (a share and a seed each) {verb} left out: the machine was busy."


def _latency(cells: Sequence[CellFinished], removed: AxisValue, student: str, value: str) -> Comparison:
    """The change against the unpruned student as a share of it, seed by seed: both were timed in turns."""
    was, now = (series(cells, value, parts_removed=removed, student=s) for s in (UNPRUNED, student))
    relative = {seed: now[seed] / was[seed] - 1 for seed in now.keys() & was.keys()}
    return compare(f"{BATCHES[value]} at {whole_percent(float(removed))}", relative, dict.fromkeys(relative, 0.0))


def _clear(test: Comparison) -> bool:
    return significant(test) and test.mean < 0


def _first(keeps: Sequence[Comparison], loses: Sequence[Comparison]) -> str:
    if keeps and loses:
        return f"Which is more accurate depends: zeros {_names(keeps)}, channels {_names(loses)}."
    if keeps:
        return f"At equal non-zero parameters zeros are significantly more accurate {_names(keeps)}."
    if loses:
        return f"At equal non-zero parameters channels are significantly more accurate {_names(loses)}."
    return "There was no sign that zeros keep more accuracy than channels at equal non-zero parameters."


def _faster(tests: Sequence[Comparison]) -> str:
    if tests:
        where = "; ".join(t.name for t in tests)
        return f"Students without the channels were significantly faster than unpruned ones: {where}."
    return (
        "There was no sign that students without the channels are faster than unpruned ones: within noise, or slower."
    )


def _names(tests: Sequence[Comparison]) -> str:
    return " and ".join(test.name.removeprefix("zeros against channels ") for test in tests)


def _parameters(cells: Sequence[CellFinished], removed: AxisValue) -> str:
    """The counts that should be equal, and the largest difference between them."""
    counts = {s: series(cells, "nonzero", parts_removed=removed, student=s) for s in (ZEROS, CHANNELS)}
    apart = max(abs(counts[ZEROS][seed] - counts[CHANNELS][seed]) for seed in counts[ZEROS])
    zeros, channels = (whole(mean(counts[s].values())) for s in (ZEROS, CHANNELS))
    reached = mean(series(cells, "zeros", parts_removed=removed, student=ZEROS).values())
    return (
        f"{channels} parameters stay; {percent(reached)} zeros leave {zeros} non-zero ones, "
        f"{'the same number in every seed' if apart == 0 else f'at most {whole(apart)} more or fewer in a seed'}."
    )


def _files(cells: Sequence[CellFinished], removed: AxisValue, student: str) -> str:
    sizes = {name: mean(series(cells, name, parts_removed=removed, student=student).values()) for name in FILES}
    return f"{student} " + ", ".join(f"{FILES[name]} {size(bytes_)}" for name, bytes_ in sizes.items())


def _times(cells: Sequence[CellFinished], removed: AxisValue, value: str, changes: Mapping[str, Comparison]) -> str:
    """How long each student takes, and whether cutting channels made a significant change."""
    times = []
    for student in STUDENTS:
        middle = mean(series(cells, value, parts_removed=removed, student=student).values())
        test = changes.get(value) if student == CHANNELS else None
        times.append(f"{student} {milliseconds(middle)}{f', {_change(test)}' if test else ''}")
    return f"Time for {BATCHES[value]} at {whole_percent(float(removed))}: {'; '.join(times)}."


def _change(test: Comparison) -> str:
    verdict = "within noise" if not significant(test) else "faster" if test.mean < 0 else "slower"
    return f"{points(100 * test.mean)} %: {verdict} ({certainty(test, '%')})"


ZEROS_OR_CHANNELS = Experiment(
    name="zeros_or_channels",
    title="Zeros or channels?",
    question="With equally many parameters left, is it better to lose single weights or whole channels?",
    hypothesis="Single weights can be chosen more finely, so zeros keep more accuracy. But zeros are still stored and "
    "multiplied: only a student that lost whole channels has a smaller file and is faster.",
    predictions={
        "trade": "Zeros keep more accuracy, channels make it faster",
        "channels": "Channels make it faster, and zeros do not keep more accuracy",
        "zeros": "Zeros keep more accuracy, and channels do not make it clearly faster",
        "neither": "Neither shows clearly",
    },
    look_for="Non-zero parameters first: the lines of zeros and channels must coincide, because the parameters that "
    "remain without the channels are counted, and the student with zeros keeps as many. Then the dense, gzipped and "
    "sparse files; then the times, which are noisy.",
    paper="Li, Kadav, Durdanovic, Samet and Graf 2016, arXiv:1608.08710, section 1; Liu, Sun, Zhou, Huang and Darrell "
    "2018, arXiv:1810.05270",
    quantities=Quantities(
        {
            "accuracy": "Test accuracy after recovery",
            "nonzero": "Non-zero parameters",
            "size_bytes": "Dense file (bytes)",
            "gzip_bytes": "Gzipped file (bytes)",
            "sparse_bytes": "File without zeros (bytes)",
            "macs": "Multiply-adds",
            "latency_1": "Time for one example (ms)",
            "latency_32": "Time for 32 examples (ms)",
        },
        plain=("nonzero", "size_bytes", "gzip_bytes", "sparse_bytes", "macs", "latency_1", "latency_32"),
    ),
    axes={"parts_removed": (0.3, 0.5, 0.7)},
    own_bounds={"parts_removed": (0.05, 0.95)},
    settings={"student_size": 0.5, "epochs": 8, "recovery_epochs": 3},
    seeds=5,
    cell_seconds=3.0,
    refusal=refusal,
    places=places,
    ignored=("pruning", "target_sparsity", "schedule", "rounds"),
    trained_examples=trained_examples,
    kept=("distil",),
    conclude=conclude,
)
