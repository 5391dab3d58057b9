from __future__ import annotations

import re

import pytest

from simulator.catalog.methods import METHODS
from simulator.config.run import make_config
from simulator.events import Event, Measured, StageFinished
from simulator.runs import recorded
from simulator.teaching.quiz import from_run
from simulator.teaching.quiz.question import Question
from tests.ui.invented import measurement, whole_run

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


ACCURACIES = {"teacher": 0.95, "control": 0.8, "distilled": 0.85, "pruned": 0.6, "recovered": 0.84}
PRUNED = {"nonzero_parameters": 600, "sparsity": 0.4, "prunable_sparsity": 0.5, "gzip_bytes": 2700}


def said_by(repeats: int = 1, **of_pruned: object) -> list[Event]:
    """A run over so many seeds, each a little better than the one before; the teacher is measured once."""
    events = [e for e in whole_run() if not isinstance(e, Measured)]
    for repeat in range(repeats):
        for name, accuracy in ACCURACIES.items():
            if name != "teacher" or not repeat:
                changes = {**PRUNED, **of_pruned} if name in ("pruned", "recovered") else {}
                m = measurement(name, accuracy + 0.02 * repeat, 10 - repeat, repeat=repeat, **changes)
                events.append(Measured(measurement=m))
    return events


def asked_of(events: list[Event] | None = None, **settings: object) -> dict[str, Question]:
    config = make_config({"dataset": "digits", **settings})
    return {q.key: q for q in from_run.questions(from_run.facts(config, events or said_by()))}


def test_two_of_four_weights_are_zero_and_stored() -> None:
    made = asked_of(pruning="2:4")
    assert "Zeros are stored in full." in made["run-file"].explanation
    assert "gone" not in made["run-file"].explanation
    assert "asked for" not in made["run-sparsity"].text and "Two" in made["run-sparsity"].text


def test_what_structured_pruning_cut_out_is_gone_if_anything_was() -> None:
    smaller = {"parameters": 500, "nonzero_parameters": 500, "sparsity": 0.0, "size_bytes": 2000}
    made = asked_of(said_by(**smaller), pruning="structured")
    assert "What was cut out is gone." in made["run-file"].explanation
    assert made["run-file"].options[0] == "50.0 %"
    nothing = {"parameters": 1000, "nonzero_parameters": 1000, "sparsity": 0.0, "size_bytes": 4000}
    kept = asked_of(said_by(**nothing), pruning="structured", target_sparsity=0.05)["run-file"].explanation
    assert "gone" not in kept and "stored" not in kept


@pytest.mark.parametrize("method", METHODS)
def test_only_a_kl_divergence_is_said_to_be_multiplied_by_t_squared(method: str) -> None:
    made = asked_of(method=method)
    assert ("run-t-squared" in made) == (method in ("kd", "reverse_kl"))
    assert ("run-alpha" in made) == (method not in ("dkd", "label_smoothing"))


def test_a_soft_loss_without_weight_was_not_multiplied() -> None:
    assert "run-t-squared" not in asked_of(alpha=0.0)


def test_shares_written_by_hand_are_no_sparsity_that_was_asked_for() -> None:
    made = asked_of(scope="by_hand", layer_sparsity="conv1.weight=0.9", target_sparsity=0.65)
    assert "by hand" in made["run-sparsity"].text
    assert "asked for" not in made["run-sparsity"].text
    for question in made.values():
        assert not [o for o in question.options if "65" in o], question


@pytest.mark.parametrize("schedule", ["one_shot", "iterative", "cubic", "lottery", "lottery_random"])
def test_only_what_was_pruned_and_trained_again_recovers(schedule: str) -> None:
    events = [e for e in said_by() if not (isinstance(e, StageFinished) and e.stage == "recover")]
    events.append(StageFinished(stage="recover", seconds=99, peak_memory_mb=1))
    made = asked_of(events, schedule=schedule)
    assert ("run-recovery" in made) == (schedule == "one_shot")
    lottery = schedule.startswith("lottery")
    assert made["run-longest"].options[0] == ("Training the lottery ticket" if lottery else "Recovery")
    assert not lottery or not [q for q in made.values() if "recover" in q.text.replace("recovered student", "")]


def test_of_several_seeds_the_means_are_asked_and_said_to_be_so() -> None:
    made = asked_of(said_by(repeats=3), repeats=3)
    right = {
        "run-accuracy": "87.0 %",
        "run-help": "+5.0 points",
        "run-pruning": "\N{MINUS SIGN}25.0 points",
        "run-recovery": "+24.0 points",
        "run-sparsity": "40.0 %",
        "run-parameters": "600",
        "run-gzip": "25.0 %",
        "run-speed": "1.11 times",  # 10 ms against the mean of 10, 9 and 8
    }
    for key, option in right.items():
        assert made[key].options[0] == option
        assert made[key].text.endswith("(Means over the run's 3 seeds.)")
    assert not made.keys() & {"run-right", "run-hardest", "run-chance"}
    assert "Means" not in made["run-flops"].text


def test_a_stage_took_the_time_of_all_its_seeds() -> None:
    slow = [StageFinished(stage="control", seconds=4, peak_memory_mb=1)] * 3
    made = asked_of([*said_by(repeats=3), *slow], repeats=3)
    assert made["run-longest"].options[0] == "Training the control"
