"""Answers, questions and takeaways against numbers worked out by hand."""

from __future__ import annotations

import json
from importlib.resources import files
from math import log

import pytest

from simulator.config.run import RunConfig
from simulator.errors import InvalidConfig, NotAvailable, RunNotFound
from simulator.events import CellFinished, Conclusion, Latency
from simulator.experiments import StudyConfig
from simulator.runs import recorded
from simulator.teaching import lesson
from simulator.teaching.labs import LABS, evidence
from simulator.teaching.labs.base import beside
from simulator.teaching.labs.channels import CHANNELS
from simulator.teaching.labs.sparsity import RECOVERY, SPARSITIES, SPARSITY
from simulator.teaching.labs.teacher import TEACHER
from simulator.teaching.labs.temperature import TEMPERATURE
from simulator.teaching.labs.together import TOGETHER
from simulator.teaching.labs.zeros import ZEROS
from tests.simulator.teaching.labs.made import answering, one_run, put, study


def settings_of(lab):
    return {choice.setting: choice.start for choice in lab.choices}


def config_of(lab) -> RunConfig:
    return lab.configs(settings_of(lab))[0]


# -- all of them


def test_there_are_six_each_with_its_recorded_runs_of_the_very_same_settings():
    assert len(LABS) == len({lab.name for lab in LABS}) == 6
    for lab in LABS:
        assert 10 <= lab.minutes <= 20
        shipped = [recorded.find(run_id) for run_id in lab.recorded]
        assert [one.run.config for one in shipped] == list(lab.configs(settings_of(lab)))
        assert all(one.run.origin == "recorded" and one.run.state == "finished" for one in shipped)
        assert all(one.run.settings.model == "resnet18" and one.run.settings.dataset == "digits" for one in shipped)


def test_the_recorded_runs_of_the_labs_are_small_and_not_in_the_list_of_runs():
    folder = files("simulator.teaching.labs") / "recordings"
    assert sum(len(f.read_bytes()) for f in folder.iterdir()) < 1_000_000
    assert not {r.run.id for r in recorded.of_labs()} & {r.run.id for r in recorded.all_recorded()}


def test_a_recorded_run_of_a_lab_has_no_lesson_and_borrows_none():
    """There is one of the same model, on other settings: it must not be taken for this run's."""
    for one in recorded.of_labs():
        assert not lesson.exists(one.run.id)
    assert lesson.exists("recorded-resnet18")


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_recorded_run_answers_everything(lab):
    found = evidence(lab.recorded)
    answer = lab.answer(found)
    lab.prediction.check(answer.value) if answer.value != "" else None
    assert answer.sentence.endswith(".") and answer.basis
    first, second = lab.questions(found)
    assert first.key != second.key
    for question in (first, second):
        assert question.is_right(question.right)
        assert len(set(question.options)) == len(question.options)
        assert question.is_number or len(question.options) >= 3
        assert not question.is_number or not question.is_right(question.right + 3 * question.tolerance)
    assert len(lab.takeaway(found)) == 3
    rows = lab.table(found)
    assert len(rows) >= 2 and all(list(row) == list(rows[0]) for row in rows)


def raw_events(run_id: str) -> list[dict]:
    """What a recorded run said, as it stands in its file."""
    where = files("simulator.runs" if run_id == "recorded-resnet18" else "simulator.teaching.labs") / "recordings"
    file = where / f"{run_id.removeprefix('recorded-')}.json"
    return json.loads(file.read_text(encoding="utf-8"))["events"]


def raw(run_id: str) -> dict[str, dict]:
    """Variant -> what was measured, and which answers are right."""
    said = raw_events(run_id)
    labels = next(e["labels"] for e in said if e["kind"] == "described")
    variants = {e["measurement"]["name"]: e["measurement"] for e in said if e["kind"] == "measured"}
    for variant in variants.values():
        variant["right"] = [a == y for a, y in zip(variant["answers"], labels, strict=True)]
    return variants


def test_the_recorded_answers_are_those_of_the_files():
    """Worked out anew from the raw answers and bytes."""
    cells = [e for e in raw_events("recorded-lab-teacher") if e["kind"] == "cell" and e["at"]["labels"] == 50]
    sums = {"control": 0.0, "distilled": 0.0}
    for cell in cells:
        sums[cell["at"]["student"]] += cell["values"]["accuracy"]
    assert len(cells) == 6
    points = 100 * (sums["distilled"] - sums["control"]) / 3
    assert TEACHER.answer(evidence(TEACHER.recorded)).value == pytest.approx(points)

    zeros = raw("recorded-resnet18")
    shrunk = 100 * (1 - zeros["pruned"]["size_bytes"] / zeros["distilled"]["size_bytes"])
    assert ZEROS.answer(evidence(ZEROS.recorded)).value == pytest.approx(shrunk)

    single, whole = (raw(run_id)["pruned"]["right"] for run_id in CHANNELS.recorded)
    gained = sum(w and not s for w, s in zip(whole, single, strict=True))
    lost = sum(s and not w for w, s in zip(whole, single, strict=True))
    assert (
        f"of 450 digits only this one reads {gained} rightly, only the other {lost};"
        in CHANNELS.answer(evidence(CHANNELS.recorded)).sentence
    )

    both = raw("recorded-lab-together")
    points = 100 * (sum(both["recovered"]["right"]) - sum(both["teacher"]["right"])) / 450
    assert TOGETHER.answer(evidence(TOGETHER.recorded)).value == pytest.approx(points)


def test_evidence_needs_runs_that_have_finished(store):
    store.add("waits", config_of(TEACHER), None)
    with pytest.raises(NotAvailable, match="waits is queued"):
        evidence(["waits"])
    with pytest.raises(RunNotFound):
        evidence(["nowhere"])


def test_a_run_without_answers_or_variants_is_said_to_be_so():
    found = one_run(config_of(TOGETHER), answering("teacher", range(180)), answering("control", range(150), answers=()))
    with pytest.raises(NotAvailable, match="recovered"):
        TOGETHER.answer(found)
    found = evidence([put("r2", config_of(TOGETHER), [answering(v, range(150), answers=()) for v in VARIANTS])])
    with pytest.raises(NotAvailable, match="no stored answers"):
        TOGETHER.answer(found)
    with pytest.raises(NotAvailable, match="no conclusion"):
        TEMPERATURE.answer(study(config_of(TEMPERATURE), []))
    with pytest.raises(NotAvailable, match="has no distilled at"):
        SPARSITY.answer(evidence(["s1"]))


VARIANTS = ("teacher", "control", "distilled", "pruned", "recovered")

# -- prediction beside answer


def test_a_prediction_stands_beside_the_answer_in_plain_words():
    found = labelled((0.75, 0.95))
    said = beside(TEACHER.prediction, 12.5, TEACHER.answer(found))
    assert said == "You said **+12.5 points**, measured **+20.0 points** (3 seeds). You were 7.5 points too low."
    assert beside(TEACHER.prediction, 30.0, TEACHER.answer(found)).endswith("You were 10.0 points too high.")
    assert beside(TEACHER.prediction, 20.0, TEACHER.answer(found)).endswith("As near as the slider allows.")


@pytest.mark.parametrize(
    ("answer", "words"), [("between", "As you predicted."), ("no", "Not as you predicted."), ("", "(3 seeds).")]
)
def test_a_choice_is_called_right_or_wrong_or_undecided(answer, words):
    said = beside(TEMPERATURE.prediction, "between", TEMPERATURE.answer(hot(answer)))
    assert said.endswith(words)
    assert ("the numbers cannot tell" in said) == (answer == "")


@pytest.mark.parametrize("wrong", [40.5, -21.0, float("nan"), float("inf"), "between"])
def test_a_prediction_off_the_slider_is_refused(wrong):
    with pytest.raises(InvalidConfig, match="slider"):
        TEACHER.prediction.check(wrong)


def test_a_choice_that_is_not_offered_is_refused():
    with pytest.raises(InvalidConfig, match="none of the choices"):
        CHANNELS.prediction.check("both")
    with pytest.raises(InvalidConfig, match=r"student_size 0.33 is not offered.*0.25, 0.5"):
        TOGETHER.check_settings({"student_size": 0.33, "target_sparsity": 0.5})


# -- 1: a teacher


def labelled(few: tuple[float, float], many: tuple[float, float] = (0.9, 0.9), wobble: float = 0.01):
    """Control and distilled with few and with many labels.

    The distilled one's seeds differ by ``wobble`` with few, by half of it with many.
    """
    config = config_of(TEACHER)
    assert isinstance(config, StudyConfig)
    cells = [
        CellFinished(
            at={"labels": labels, "student": student}, seed=seed, values={"accuracy": a + add * spread * (seed - 1)}
        )
        for labels, pair, spread in ((50, few, wobble), (500, many, wobble / 2))
        for student, a, add in zip(("control", "distilled"), pair, (0, 1), strict=True)
        for seed in range(3)
    ]
    return study(config, cells, config.conclude(cells))


def test_a_teacher_that_helped():
    found = labelled((0.75, 0.95))
    assert TEACHER.answer(found).value == pytest.approx(20)
    assert TEACHER.answer(found).basis == "3 seeds"
    more, chance = TEACHER.questions(found)
    assert more.right == 0 and more.is_right(0.1) and not more.is_right(20)
    # by hand: mean 0.2, deviation 0.01, t = 0.2 / (0.01 / sqrt 3) = 34.6, p = 0.0008, the second of three: 0.0017
    assert "p = 0.002" in chance.explanation
    assert "the run tests 3 differences" in chance.explanation
    assert chance.right_words() == "The teacher helped, by more than the seeds' chance would often do"
    helped, shrinks, _ = TEACHER.takeaway(found)
    assert helped.startswith("The teacher helped: +20.0 points with 50 labels")
    assert "With 500 labels no help showed (0.0 points, within noise): where labels are plenty" in shrinks


@pytest.mark.parametrize(
    ("few", "many"), [((0.75, 0.76), (0.9, 0.9)), ((0.75, 0.7), (0.9, 0.8)), ((0.75, 0.95), (0.7, 0.9))]
)
def test_where_labels_are_plenty_is_said_of_help_that_shrank_only(few, many):
    assert "plenty" not in " ".join(TEACHER.takeaway(labelled(few, many, wobble=0.02)))


def test_a_help_within_noise_is_called_so():
    found = labelled((0.75, 0.76), wobble=0.05)
    assert TEACHER.questions(found)[1].right_words() == "The seeds cannot tell this difference from chance"
    assert "expected effect did not show: +1.0 points" in TEACHER.takeaway(found)[0]


def test_a_teacher_that_did_harm():
    found = labelled((0.75, 0.55), (0.9, 0.95))
    assert TEACHER.answer(found).value == pytest.approx(-20)
    assert TEACHER.questions(found)[0].right == 5.0
    assert TEACHER.questions(found)[1].right_words().startswith("The teacher did harm")
    harm, more, _ = TEACHER.takeaway(found)
    assert "turned round" in harm
    assert more == "With 500 labels it still helped (+5.0 points)."


# -- 2: temperature


def hot(answer: str, shown: bool = False, entropies: tuple[float, ...] = (0.1, 1.0, 2.0)):
    config = config_of(TEMPERATURE)
    assert isinstance(config, StudyConfig)
    cells = [
        CellFinished(
            at={"temperature": t},
            seed=seed,
            values={"entropy": e, "accuracy": a + seed / 100, "agreement": 0.9, "validation_accuracy": a},
        )
        for t, e, a in zip((1.0, 4.0, 20.0), entropies, (0.80, 0.84, 0.77), strict=True)
        for seed in range(3)
    ]
    return study(config, cells, Conclusion(sentences=("It is warm.",), answer=answer, shown=shown))


def test_the_heat_of_the_targets_and_of_the_students():
    found = hot("between", shown=True)
    assert TEMPERATURE.answer(found).value == "between"
    assert TEMPERATURE.answer(found).basis == "3 seeds"
    entropy, accuracy = TEMPERATURE.questions(found)
    assert entropy.right == round(100 * 2.0 / log(10), 1) == 86.9
    assert accuracy.right == -3.0  # 78 % less 81 %
    assert accuracy.is_right(-3) and not accuracy.is_right(3)
    softer, students, _ = TEMPERATURE.takeaway(found)
    assert "0.100 nats at T = 1 to 2.000 at T = 20" in softer
    assert "better students here" in students
    assert TEMPERATURE.table(found)[1]["Student's accuracy"] == "85.0 %"


def test_heat_that_did_nothing_is_called_so():
    found = hot("no", entropies=(1.0, 1.0, 1.0))
    softer, students, _ = TEMPERATURE.takeaway(found)
    assert "did not rise" in softer
    assert "did not show" in students and "3 seeds" in students


# -- 3: sparsity


def swept(just_pruned: tuple[float, ...], recovered: tuple[float, ...]):
    config = config_of(SPARSITY)
    assert isinstance(config, StudyConfig)
    cells = [
        CellFinished(
            at={"target_sparsity": s, "recovery_epochs": epochs},
            seed=seed,
            values={"distilled": 0.9, "final": final},
        )
        for epochs, finals in ((0, just_pruned), (RECOVERY, recovered))
        for s, final in zip(SPARSITIES, finals, strict=True)
        for seed in range(2)
    ]
    return study(config, cells)


def test_the_cliff_and_what_recovery_moves():
    found = swept((0.9, 0.89, 0.85, 0.6, 0.3, 0.1), (0.9, 0.9, 0.9, 0.89, 0.85, 0.6))
    assert SPARSITY.answer(found).value == pytest.approx(80)
    assert "up to 50 % sparsity just pruned, and up to 80 % after" in SPARSITY.answer(found).sentence
    fall, back = SPARSITY.questions(found)
    assert fall.right == 80.0
    assert back.right_words() == "+50.0 points"
    assert set(back.options) == {
        "+50.0 points",
        "\N{MINUS SIGN}50.0 points",
        "\N{MINUS SIGN}30.0 points",
        "\N{MINUS SIGN}80.0 points",
    }
    cliff, recovery, _ = SPARSITY.takeaway(found)
    assert "Up to 50 % hardly anything happened" in cliff
    assert "from 50 % to 80 %" in recovery


def test_no_cliff_and_no_recovery_are_called_so():
    found = swept((0.9,) * 6, (0.9,) * 6)
    assert SPARSITY.answer(found).value == pytest.approx(95)
    fall, back = SPARSITY.questions(found)
    assert (fall.right, back.right) == (0, 0) and back.is_number
    cliff, recovery, _ = SPARSITY.takeaway(found)
    assert "cliff did not show" in cliff and "did not move the limit" in recovery


def test_a_gap_ends_the_safe_range():
    """A lucky 70 % after a bad 50 % does not count."""
    found = swept((0.9, 0.5, 0.9, 0.9, 0.9, 0.9), (0.5, 0.9, 0.9, 0.9, 0.9, 0.9))
    assert SPARSITY.answer(found).value == 0
    assert "up to 30 % sparsity just pruned, and up to 0 % after" in SPARSITY.answer(found).sentence


# -- 4: zeros


def timed(median: float, spread: float = 0.1) -> dict[str, Latency]:
    one = Latency(
        median=median, p25=median * (1 - spread), p75=median * (1 + spread), p95=median * 1.5, runs=9, threads=2
    )
    return {"batch_1": one, "batch_32": one}


def halved(**pruned):
    before = {"size_bytes": 4000, "gzip_bytes": 3600, "sparse_bytes": 4000, "latency_ms": timed(10.0)}
    after = {**before, "gzip_bytes": 1800, "sparse_bytes": 2200, "sparsity": 0.5, "nonzero_parameters": 500, **pruned}
    return one_run(
        config_of(ZEROS),
        answering("teacher", range(190)),
        answering("control", range(180)),
        answering("distilled", range(185), **before),
        answering("pruned", range(184), **after),
    )


def test_zeros_that_save_nothing_but_in_gzip():
    found = halved()
    assert ZEROS.answer(found).value == 0
    assert "Gzipped it is smaller by 50.0 %" in ZEROS.answer(found).sentence
    gzip, time = ZEROS.questions(found)
    assert (gzip.right if gzip.is_number else gzip.right_words()) in (50.0, "50.0 %")
    assert time.right_words() == "Neither: it does the same multiplications as before"
    file, latency, packed = ZEROS.takeaway(found)
    assert "no smaller" in file and "no faster either" in latency
    assert "50.0 % smaller" in packed and "without zeros 45.0 %" in packed


@pytest.mark.parametrize("median", [5.0, 20.0])
def test_equal_networks_are_never_called_faster_or_slower(median):
    """However far apart the machine has set their times: half of the weights zero is the same work."""
    found = halved(latency_ms=timed(median), size_bytes=3000, gzip_bytes=3600)
    assert ZEROS.answer(found).value == pytest.approx(25)
    assert "same multiplications" in ZEROS.questions(found)[1].right_words()
    file, latency, packed = ZEROS.takeaway(found)
    assert "did not show" in file and "same work" in latency and "did not show" in packed


def test_on_a_busy_machine_channels_get_no_verdict():
    found = both_ways(range(180), range(100), spread=0.4)
    assert CHANNELS.questions(found)[1].right_words() == "The times do not tell: the machine was busy"
    assert "the machine was busy" in CHANNELS.takeaway(found)[1]


# -- 5: channels


def both_ways(zeros: range, channels: range, median: float = 4.0, recovered: float | None = None, spread: float = 0.1):
    whole = {"size_bytes": 4000, "gzip_bytes": 3600, "latency_ms": timed(10.0)}
    cut = {"size_bytes": 1000, "gzip_bytes": 900, "latency_ms": timed(median, spread), "macs": 1500, "parameters": 250}
    runs = []
    for run_id, config, right, pruned in zip(
        ("a", "b"), CHANNELS.configs({}), (zeros, channels), (whole, cut), strict=True
    ):
        said = [
            answering("teacher", range(199)),
            answering("distilled", range(190), **whole),
            answering("pruned", right, **pruned),
            answering("recovered", range(188), **{**pruned, "latency_ms": timed(recovered or median)}),
        ]
        runs.append(put(run_id, config, said))
    return evidence(runs)


def test_channels_that_cost_more_and_save_more():
    found = both_ways(range(180), range(100))
    assert CHANNELS.answer(found).value == "channels"
    assert "90.0 %" in CHANNELS.answer(found).sentence and "50.0 %" in CHANNELS.answer(found).sentence
    file, time = CHANNELS.questions(found)
    assert file.right_words() == "75.0 %"
    assert time.right_words() == "Clearly faster than before pruning"
    cost, gain, after = CHANNELS.takeaway(found)
    assert "Channels cost more" in cost and "\N{MINUS SIGN}40.0 points" in cost
    assert "75.0 %" in gain and "it is really faster" in gain and "70.0 % fewer multiply-adds" in gain
    assert "94.0 % (zeros) and 94.0 % (channels)" in after


@pytest.mark.parametrize(
    ("zeros", "channels", "answer", "words"),
    [(range(100), range(180), "zeros", "turned round"), (range(180), range(1, 181), "neither", "within noise")],
)
def test_channels_that_do_not_cost_more_are_called_so(zeros, channels, answer, words):
    found = both_ways(zeros, channels, median=10.0)
    assert CHANNELS.answer(found).value == answer
    cost, gain, _ = CHANNELS.takeaway(found)
    assert words in cost and "did not show" in gain


def test_only_one_of_two_equal_shapes_that_was_quick_is_no_clear_difference():
    found = both_ways(range(180), range(100), median=4.0, recovered=10.0)
    assert CHANNELS.questions(found)[1].right_words().startswith("No clear difference")
    assert "did not show in these timed calls" in CHANNELS.takeaway(found)[1]


# -- 6: together


def compressed(recovered: range, size: int):
    return one_run(
        config_of(TOGETHER),
        answering("teacher", range(198), size_bytes=40_000_000),
        answering("control", range(180)),
        answering("distilled", range(190)),
        answering("pruned", range(50), size_bytes=size),
        answering("recovered", recovered, size_bytes=size),
    )


def test_a_student_within_the_budget_and_as_good():
    found = compressed(range(1, 198), 800_000)
    assert TOGETHER.answer(found).value == pytest.approx(-0.5)
    assert "the budget was kept" in TOGETHER.answer(found).sentence
    size, worse = TOGETHER.questions(found)
    assert size.right == 50.0 and size.is_right(50.9) and not size.is_right(52)
    assert worse.right_words() == "The difference may well be chance"
    cost, healed, kept = TOGETHER.takeaway(found)
    assert "50 times smaller" in cost and "a loss did not show" in cost
    assert "25.0 % just pruned, 98.5 % after it" in healed
    assert "the budget was kept" in kept


def test_a_student_over_the_budget_that_did_not_recover():
    found = compressed(range(50), 1_000_001)
    assert "the budget was not kept" in TOGETHER.answer(found).sentence
    assert TOGETHER.questions(found)[1].right_words() == "The student is clearly worse than its teacher"
    cost, healed, kept = TOGETHER.takeaway(found)
    assert "pays for it with \N{MINUS SIGN}74.0 points" in cost
    assert "did not show" in healed
    assert "narrower student" in kept
