from __future__ import annotations

from datetime import UTC, datetime

from simulator.config.run import make_config
from simulator.events import EpochFinished
from simulator.runs.database.store import Run
from tests.ui.invented import PROVENANCE, measurement
from ui.following.story import STAGE_WORDS, tell
from ui.words import findings, glossary, methods, provenance

P = "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"


def test_the_loss_in_words_has_the_weights_that_run():
    assert methods.loss_words(make_config({"alpha": 0.9})).startswith("Loss = 0.9 · soft loss + 0.1 · hard loss, with")
    sentence = methods.loss_words(make_config({"method": "dkd", "alpha": 0.5, "beta": 2}))
    assert (
        sentence.startswith("Loss = 0.5 · soft loss + 1 · hard loss, with") and "+ 2 · KL among the wrong" in sentence
    )
    assert sentence.endswith("Alpha rises from 0 over the first 8.3 % of the steps.")


def test_findings_say_when_a_difference_may_be_chance():
    close = findings.findings([measurement("control", accuracy=0.9), measurement("distilled", accuracy=0.91)], ())
    assert "+1.0 points" in close[0]
    assert "may be chance" in close[0]
    assert close[1:] == [findings.NO_ANSWERS]
    far = findings.findings([measurement("distilled", accuracy=0.9), measurement("pruned", accuracy=0.7)], ())
    assert "do not overlap" in far[0]


def test_findings_only_speak_of_what_was_measured():
    assert findings.findings([measurement("teacher")], ()) == []
    assert "no difference" in findings.findings([measurement("pruned"), measurement("recovered")], ())[0]


def answering(name, right, repeat=0):
    """Return a variant that answers the first ``right`` of 200 examples, all of class 1, correctly."""
    return measurement(name, accuracy=right / 200, answers=(1,) * right + (0,) * (200 - right), repeat=repeat)


def test_findings_compare_the_answers_where_they_are_stored():
    several = [answering("teacher", 190), answering("control", 180), answering("distilled", 187)]
    sentences = findings.findings(several, (1,) * 200)
    assert len(sentences) == 2
    assert (
        f"+3.5 points, 95 % interval +1.0 to +6.0: **better (n = 200, {P}0.016)**" in sentences[0]
    )  # 7 gained, none lost
    assert (
        "control \N{MINUS SIGN}5.0 points" in sentences[1] and f"**worse (n = 200, {P}0.002)**" in sentences[1]
    )  # 10 lost
    assert "distilled \N{MINUS SIGN}1.5 points" in sentences[1]  # 3 lost
    assert f"**within noise (n = 200, {P}0.25)**" in sentences[1]


def test_findings_say_why_an_interval_without_0_is_not_enough():
    sentences = findings.findings([answering("control", 180), answering("distilled", 185)], (1,) * 200)
    assert f"+0.5 to +5.0: **within noise (n = 200, {P}0.062)** (the interval excludes 0, but p is not" in sentences[0]
    sentences = findings.findings([answering("control", 180), answering("distilled", 181)], (1,) * 200)
    assert "within noise" in sentences[0] and "excludes 0" not in sentences[0]


def test_findings_of_several_seeds_give_means_and_each_seeds_p():
    several = [answering("control", 180), answering("distilled", 187)]
    several += [answering("control", 184, repeat=1), answering("distilled", 185, repeat=1)]
    sentences = findings.findings(several, (1,) * 200)
    assert "**93.0 % \N{PLUS-MINUS SIGN} 0.7 %**" in sentences[0]
    assert "2 seeds, p of each: 0.016, 1.00" in sentences[0]
    assert "means over 2 seeds" in sentences[-1]


def finished_run(**settings):
    return Run(
        id="r1",
        state="finished",
        origin="app",
        config=make_config(settings),
        forecast=None,
        created_at=datetime.now(UTC),
    )


def test_the_seed_of_the_weights_is_not_the_runs():
    run = finished_run(seed=7)
    scratch = provenance.provenance_facts(PROVENANCE, run)
    assert "the student's seed is 7" in scratch["Run"]
    assert "random, from the teacher's own seed 0" in scratch["Weights"]
    loaded = PROVENANCE.model_copy(update={"source": "pretrained", "revision": "abc"})
    assert "seed 0" not in provenance.provenance_facts(loaded, run)["Weights"]


def test_a_teacher_that_was_made_anew_says_why():
    run = finished_run()
    usual = provenance.provenance_facts(PROVENANCE, run)
    assert usual["Teacher"].endswith("trained in this run") and usual["Machine"].endswith("2 threads")
    damaged = {"teacher_damage": "model.safetensors is missing", "precision": "bfloat16"}
    facts = provenance.provenance_facts(PROVENANCE.model_copy(update=damaged), run)
    assert "damaged (model.safetensors is missing)" in facts["Teacher"]
    assert facts["Machine"].endswith("2 threads, matrix products in bfloat16")


def test_findings_call_guessing_what_it_is():
    good, bad = measurement("distilled", accuracy=0.9), measurement("pruned", accuracy=0.45)
    sentences = findings.findings([good, bad], ())
    assert sentences[0].startswith("**pruned: no better than guessing**")
    assert "guessing" not in " ".join(findings.findings([good, measurement("pruned", accuracy=0.7)], ()))


def test_findings_say_what_was_left_alone():
    distilled = measurement("distilled", parameters=100)
    masked = measurement("pruned", parameters=100).model_copy(update={"sparsity": 0.2, "prunable_sparsity": 0.5})
    assert any(
        "50.0 % of the weights" in s and "20.0 % of all" in s for s in findings.findings([distilled, masked], ())
    )
    cut = measurement("pruned", parameters=60)
    assert any("cut out 40.0 %" in s for s in findings.findings([distilled, cut], ()))


def test_nothing_credits_a_teacher_where_the_method_may_have_none():
    """Label smoothing also leaves a distilled student, which no teacher helped."""
    sentences = findings.findings([measurement("control", accuracy=0.9), measurement("distilled", accuracy=0.91)], ())
    for text in (*sentences, glossary.GLOSSARY["distilled"], STAGE_WORDS["distil"]):
        assert "teacher" not in text.lower()


def test_what_was_removed_has_its_spread_over_the_seeds():
    seeds = [
        measurement(name, repeat=n, parameters=1000 if name == "distilled" else left)
        for n, left in enumerate((400, 600))
        for name in ("distilled", "pruned")
    ]
    assert "Pruning cut out 50.0 % \N{PLUS-MINUS SIGN} 14.1 % of the parameters" in " ".join(
        findings.findings(seeds, ())
    )


def test_estimated_averages_are_said_with_their_source():
    sentence = findings.findings([measurement("control")], (), ("control", "distilled"))[-1]
    assert (
        "control, distilled" in sentence
        and "estimated anew on training examples" in sentence
        and "2105.07576" in sentence
    )
    first = EpochFinished(variant="control", epoch=0, validation_accuracy=0.1)
    last = EpochFinished(variant="control", epoch=1, validation_accuracy=0.4, estimated_averages=True)
    other = EpochFinished(variant="recovered", epoch=1, validation_accuracy=0.4)
    assert tell(enumerate([first, last, other], 1)).averages_estimated() == ["control"]
