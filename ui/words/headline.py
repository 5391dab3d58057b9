"""A run in one plain sentence: how small and how accurate the student is, and what distillation did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.catalog.methods import METHODS
from simulator.config.run import RunConfig
from simulator.events import Measurement, Variant
from simulator.figures import numbers
from simulator.figures.statistics import by_variant, intervals_overlap, verdict
from ui.figures.columns import Seeds
from ui.figures.run import sizes
from ui.figures.run.picture import SAME, Ends, ends_of, size_of, size_without_zeros
from ui.words.findings import is_guessing

NO_ZEROS = 0.001
"""A student with a smaller share of zeros was not pruned: a few weights are zero by chance."""


def headline(config: RunConfig, measurements: Sequence[Measurement], labels: Sequence[int]) -> str:
    """Sum a run up in one sentence; "" if it did not measure a teacher and a student.

    A difference is given as its 95 % interval, and only where the test examples show one.

    Args:
        labels: The class of every test example; empty in runs of earlier versions.
    """
    ends, groups = ends_of(measurements), by_variant(measurements)
    if ends is None:
        return ""
    examples = f"{numbers.whole(ends.student[0].test_examples)} test examples"
    accuracy, is_clear = _accuracy(ends, labels)
    subject = "The student" if "distilled" in groups else "The control, a student that learned without the teacher,"
    text = f"{subject} is {_size(ends)} {accuracy}"
    if "distilled" not in groups or "control" not in groups:
        return f"{text}." if is_clear else f"{text}, as far as {examples} can show."
    what = "distillation" if METHODS[config.method].has_teacher else "smoothing the labels"
    gain = _difference(groups["distilled"], groups["control"], labels)
    if gain:
        doubt = "" if is_clear else f", as far as {examples} can show"
        when = "before pruning, " if _was_pruned(groups) else ""
        return f"{text}{doubt}; {when}{what} made it {gain} accurate than the control."
    return f"{text}; {what} made no difference that {examples} could show."


def brief(measurements: Sequence[Measurement], labels: Sequence[int]) -> str:
    """Sum a run up for two short lines: size and accuracy; "" if it did not measure a teacher and a student.

    Args:
        labels: The class of every test example; empty in runs of earlier versions.
    """
    ends = ends_of(measurements)
    if ends is None:
        return ""
    accuracy, is_clear = _accuracy(ends, labels)
    subject = "The student" if "distilled" in by_variant(measurements) else "The control"
    doubt = "" if is_clear else f", as far as {numbers.whole(ends.student[0].test_examples)} examples show"
    return f"{subject} is {_size_of_files(ends)} {accuracy}{doubt}."


def _was_pruned(groups: Mapping[Variant, Seeds]) -> bool:
    pruned, whole = groups.get("pruned"), groups.get("distilled")
    if not pruned or not whole:
        return False
    return max(m.prunable_sparsity for m in pruned) > NO_ZEROS or sizes.shrunk(whole, pruned)


def _size(ends: Ends) -> str:
    """Compare the dense files and, if zeros can be left out of the student's, that file."""
    whole, student = size_of(ends.teacher), size_of(ends.student)
    without = size_without_zeros(ends.student)
    if without >= min(student, whole):
        return _size_of_files(ends)
    smaller = "" if whole / student >= SAME else " smaller"
    return f"{_size_of_files(ends)} ({_factor(whole / without)}{smaller} without its zeros)"


def _size_of_files(ends: Ends) -> str:
    whole, student = size_of(ends.teacher), size_of(ends.student)
    if whole / student >= SAME:
        return f"{_factor(whole / student)} smaller"
    return f"{_factor(student / whole)} larger" if student / whole >= SAME else "the same size"


def _factor(ratio: float) -> str:
    return f"{numbers.whole(ratio) if ratio >= 10 else numbers.significant(ratio, 2)} times"


def _accuracy(ends: Ends, labels: Sequence[int]) -> tuple[str, bool]:
    """Compare the accuracies; return whether the difference is clear, too."""
    if is_guessing(ends.student):
        its = "like its teacher" if is_guessing(ends.teacher) else "unlike its teacher"
        return f"but, {its}, answers no better than guessing", True
    difference = _difference(ends.student, ends.teacher, labels)
    if not difference:
        return "and as accurate as its teacher", False
    return f"and {difference} accurate than its teacher", True


def _difference(ours: Seeds, theirs: Seeds, labels: Sequence[int]) -> str:
    """Return "3.1 to 7.2 points less" or, without stored answers, "less"; "" if the difference may be chance."""
    judged = verdict(ours, theirs, labels)
    if judged is None:
        if intervals_overlap(ours[0], theirs[0]):
            return ""
        return "more" if ours[0].accuracy > theirs[0].accuracy else "less"
    if judged.outcome == "within noise":
        return ""
    low, high = sorted(map(abs, judged.interval))
    ends = f"{numbers.unsigned_points(low)} to {numbers.unsigned_points(high)} points"
    return f"{ends} {'more' if judged.outcome == 'better' else 'less'}"
