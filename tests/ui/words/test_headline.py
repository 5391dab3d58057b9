"""The sentence that sums a run up."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.config.run import make_config
from simulator.events import Measurement
from simulator.figures import numbers
from simulator.figures.statistics import verdict
from simulator.runs import recorded
from tests.ui.invented import TESTED, measurement
from ui.words.headline import brief, headline

LABELS = [1] * TESTED
BALANCED = ((90, 10), (10, 90))  # no class is so frequent that naming it always is as good


def answered(name: str, right: int, **changes: Any) -> Measurement:
    """A variant that answers the first ``right`` examples correctly."""
    answers = tuple([1] * right + [0] * (TESTED - right))
    return measurement(name, right / TESTED, answers=answers, **{"confusion": BALANCED} | changes)


def run(teacher: int = 190, control: int = 150, distilled: int = 190, size: int = 1000) -> list[Measurement]:
    return [
        answered("teacher", teacher, size_bytes=9000),
        answered("control", control, size_bytes=size),
        answered("distilled", distilled, size_bytes=size),
    ]


def said(measured: list[Measurement], labels: list[int] = LABELS, **settings: Any) -> str:
    return headline(make_config(settings), measured, labels)


def test_the_sentence_says_what_the_numbers_do() -> None:
    assert said(run(control=190)) == (
        "The student is 9 times smaller and as accurate as its teacher; distillation made no difference that "
        "200 test examples could show."
    )
    assert said(run()) == (
        "The student is 9 times smaller and as accurate as its teacher, as far as 200 test examples can show; "
        "distillation made it 14.5 to 25.5 points more accurate than the control."
    )
    assert said(run(distilled=150)) == (
        "The student is 9 times smaller and 14.5 to 25.5 points less accurate than its teacher; distillation made "
        "no difference that 200 test examples could show."
    )
    assert "more accurate than its teacher" in said(run(teacher=150))
    assert said(run(control=190, distilled=150)).endswith("points less accurate than the control.")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (9000, "is the same size and as accurate as its teacher"),
        (27_000, "3 times larger"),
        (500, "18 times smaller"),
        (3600, "2.5 times smaller"),
    ],
)
def test_sizes_are_told_as_people_say_them(size: int, words: str) -> None:
    assert words in said(run(size=size))


def test_differences_are_given_as_their_intervals() -> None:
    for shipped in recorded.all_recorded():
        labels = next(e.labels for e in shipped.events if e.kind == "described")
        text = headline(shipped.run.settings, shipped.measurements, labels)
        judged = verdict(shipped.measurements[-1:], shipped.measurements[:1], labels)
        assert judged
        low, high = sorted(abs(end) for end in judged.interval)
        ends = f"{numbers.unsigned_points(low)} to {numbers.unsigned_points(high)} points"
        assert (ends in text) == (judged.outcome != "within noise")
        assert ("as accurate as its teacher" in text) == (judged.outcome == "within noise")


def test_zeros_count_only_for_the_file_without_them() -> None:
    zeros = {"prunable_sparsity": 0.8, "size_bytes": 1000, "sparse_bytes": 300}
    text = said([*run(), answered("pruned", 100, **zeros), answered("recovered", 190, **zeros)])
    assert text.startswith("The student is 9 times smaller (30 times without its zeros) and as accurate as its teacher")


def test_a_file_full_of_zeros_is_small_only_without_them() -> None:
    zeros = {"prunable_sparsity": 0.8, "size_bytes": 9000, "sparse_bytes": 3000}
    text = said([*run(size=9000), answered("pruned", 190, **zeros)])
    assert text.startswith("The student is the same size (3 times smaller without its zeros) and as accurate")


def test_what_distillation_did_is_told_of_the_student_before_pruning() -> None:
    pruned = answered("pruned", 100, prunable_sparsity=0.8)
    assert "; before pruning, distillation made it 14.5 to 25.5 points more" in said([*run(), pruned])
    assert "; before pruning, distillation made it" in said([*run(), answered("pruned", 190, parameters=500)])
    untouched = answered("pruned", 190)  # nothing was to be pruned
    assert "; distillation made it" in said([*run(), untouched])


def test_without_stored_answers_the_intervals_decide() -> None:
    assert said(run(), []).endswith("distillation made it more accurate than the control.")
    assert said(run(control=188), []).endswith("no difference that 200 test examples could show.")


def test_a_student_that_guesses_is_not_praised() -> None:
    lopsided = ((0, 10), (10, 180))
    guesses = [m.model_copy(update={"confusion": lopsided}) for m in run(distilled=180, control=180)]
    assert "9 times smaller but, like its teacher, answers no better than guessing;" in said(guesses)


def test_a_run_that_ended_early_is_told_as_far_as_it_was_measured() -> None:
    assert said(run()[:1]) == ""
    assert said(run()[1:]) == ""
    assert said(run(control=190)[:2]) == (
        "The control, a student that learned without the teacher, is 9 times smaller and as accurate as its teacher, "
        "as far as 200 test examples can show."
    )
    assert said(run()[:2]).endswith("points less accurate than its teacher.")


def test_smoothed_labels_are_not_called_distillation() -> None:
    assert "smoothing the labels made" in said(run(), method="label_smoothing")


def test_the_brief_sentence_is_the_first_half_of_the_whole_one() -> None:
    assert brief(run(control=190), LABELS) == (
        "The student is 9 times smaller and as accurate as its teacher, as far as 200 examples show."
    )
    assert brief(run(distilled=150), LABELS) == (
        "The student is 9 times smaller and 14.5 to 25.5 points less accurate than its teacher."
    )
    assert brief(run()[:2], LABELS).startswith("The control is 9 times smaller and ")
    assert brief(run()[:1], LABELS) == ""


@pytest.mark.parametrize("shipped", recorded.all_recorded(), ids=lambda shipped: shipped.run.id)
def test_the_brief_sentence_fits_into_two_short_lines(shipped: recorded.Recorded) -> None:
    assert 0 < len(brief(shipped.measurements, shipped.labels)) <= 105
