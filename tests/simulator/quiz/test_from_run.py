from __future__ import annotations

import re

import pytest

from simulator import recorded
from simulator.config import make_config
from simulator.quiz import from_run
from simulator.quiz.question import Question
from tests.ui.invented import whole_run

RECORDED = {r.run.id: from_run.facts(r.run.config, r.events) for r in recorded.all_recorded()}


def asked(run: str) -> dict[str, Question]:
    return {q.key: q for q in from_run.questions(RECORDED[run])}


@pytest.mark.parametrize("run", RECORDED)
def test_at_least_ten_kinds_of_questions_and_each_with_one_right_option(run: str) -> None:
    made = asked(run)
    assert len(made) >= 10
    for question in made.values():
        assert 3 <= len(question.options) <= 4
        assert len(set(question.options)) == len(question.options)
        assert [question.is_right(i) for i in range(len(question.options))].count(True) == 1
        assert question.right == 0


def number(option: str) -> float:
    return float(re.sub(r"[^0-9.\-]", "", option.replace("\N{MINUS SIGN}", "-")))


@pytest.mark.parametrize("run", RECORDED)
def test_the_right_option_is_what_the_run_measured_and_no_other_option_is(run: str) -> None:
    """Worked out again here, from the record itself, to the digits that are shown."""
    record = recorded.find(run)
    assert record is not None
    m = {x.name: x for x in record.measurements}
    config, last = record.run.config, record.measurements[-1]
    truth = {
        "run-accuracy": round(100 * m["distilled"].accuracy, 1),
        "run-help": round(100 * (m["distilled"].accuracy - m["control"].accuracy), 1),
        "run-pruning": round(100 * (m["pruned"].accuracy - m["distilled"].accuracy), 1),
        "run-recovery": round(100 * (m["recovered"].accuracy - m["pruned"].accuracy), 1),
        "run-sparsity": round(100 * (1 - m["pruned"].nonzero_parameters / m["pruned"].parameters), 1),
        "run-parameters": m["pruned"].nonzero_parameters,
        "run-file": round(100 - 100 * m["pruned"].size_bytes / m["distilled"].size_bytes, 1),
        "run-gzip": round(100 - 100 * m["pruned"].gzip_bytes / m["distilled"].gzip_bytes, 1),
        "run-macs": round(100 * last.macs / m["teacher"].macs, 1),
        "run-flops": 2 * m["teacher"].macs,
        "run-speed": round(m["teacher"].latency_ms["batch_1"].median / last.latency_ms["batch_1"].median, 2),
        "run-right": round(last.accuracy * last.test_examples),
        "run-alpha": 1 - config.alpha,
        "run-t-squared": config.temperature**2,
    }
    made = asked(run)
    checked = 0
    for key in truth.keys() & made.keys():
        question = made[key]
        matching = [option for option in question.options if number(option) == pytest.approx(truth[key], abs=0.011)]
        assert matching == [question.options[0]], (key, truth[key], question.options)
        checked += 1
    assert checked >= 10


@pytest.mark.parametrize("run", RECORDED)
def test_the_named_options_are_the_extremes(run: str) -> None:
    record = recorded.find(run)
    assert record is not None
    made, last = asked(run), record.measurements[-1]
    if "run-best" in made:
        accuracy = {m.name: m.accuracy for m in record.measurements}
        assert accuracy[made["run-best"].options[0]] > max(accuracy[o] for o in made["run-best"].options[1:])
    if "run-hardest" in made:
        recall = {n: last.confusion[i][i] / sum(last.confusion[i]) for i, n in enumerate(RECORDED[run].class_names)}
        assert recall[made["run-hardest"].options[0]] == min(recall.values())
        assert all(recall[o] > min(recall.values()) for o in made["run-hardest"].options[1:])


def test_a_run_whose_variants_are_all_alike_asks_nothing_ambiguous() -> None:
    made = {q.key: q for q in from_run.questions(from_run.facts(make_config({}), whole_run()))}
    assert "run-best" not in made  # all five share the highest accuracy
    for question in made.values():
        assert len(set(question.options)) == len(question.options) >= 3


def test_a_run_that_measured_nothing_gives_no_questions() -> None:
    assert from_run.questions(from_run.facts(make_config({}), list(whole_run())[:12])) == ()
