"""Things that go wrong: five well-known mistakes, each really made, beside the right way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

from simulator.catalog.methods import SOFT_TARGETS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import IMPORTANCES
from simulator.events import CellFinished, Comparison, Conclusion
from simulator.experiments.base import Design, Experiment, Place, Quantities, refusal_of_fixed_sparsity
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import nearest_percent, percent, setting, unsigned_points

MASKS, TRAINING_MODE, T_SQUARED = "masks not held", "teacher in training mode", "T^2 forgotten"
TOO_HOT, CLASSIFIER = "too hot, too short", "classifier pruned"
RIGHT, WRONG = "right", "wrong"
HOT = {"temperature": 20.0, "alpha": 1.0, "epochs": 1}
"""Settings of the student that is taught too hot and too short."""

SIGNS = {
    MASKS: "The accuracy looks fine, or better. Look at the zeros: without masks the optimiser moves every pruned "
    "weight that has a gradient away from zero again.",
    TRAINING_MODE: "Nothing crashes. In training mode dropout is random and batch norm uses the batch: what the "
    "teacher says about an example depends on the other examples in the batch.",
    T_SQUARED: "The loss is smaller, which looks like progress. Softened gradients shrink as 1 / T^2: without the "
    "factor the labels drown out the teacher.",
    TOO_HOT: f"T = {setting(HOT['temperature'])}, alpha = {setting(HOT['alpha'])}, one epoch: soft targets that are "
    "nearly the same for every class, no labels beside them, and too few steps to find the rest.",
    CLASSIFIER: "Look at the zeros: the classifier is small, so pruning it adds hardly any, and each of its "
    "weights helps to decide about a class.",
}
OF_PRUNING = (MASKS, CLASSIFIER)


def made_here(config: Design) -> list[str]:
    """The mistakes that the model allows: a model that answers in words has no classifier to prune."""
    return [name for name in SIGNS if name != CLASSIFIER or MODELS[config.base.model].has_classifier]


def places(config: Design) -> list[Place]:
    """Right and wrong for each mistake, with every seed."""
    return [
        ({"mistake": mistake, "done": done}, seed)
        for seed in config.all_seeds()
        for mistake in made_here(config)
        for done in (RIGHT, WRONG)
    ]


def refusal(config: Design) -> str:
    """Refuse settings with which one of the mistakes cannot be made."""
    if config.base.method != SOFT_TARGETS:
        return f"method {config.base.method} has no T^2 that could be forgotten: choose {SOFT_TARGETS}"
    if not config.base.pattern.any_part:
        return f"pruning {config.base.pruning} does not allow these mistakes: choose unstructured"
    if not config.base.recovery_epochs:
        return "recovery_epochs is 0: choose at least 1, because masks must hold during recovery"
    if CLASSIFIER in made_here(config) and config.base.also_prune:
        return (
            f"also_prune {', '.join(config.base.also_prune)}: leave it empty, because pruning the classifier is a "
            "mistake here"
        )
    if CLASSIFIER in made_here(config) and IMPORTANCES[config.base.importance].scores_layers_only:
        return (
            f"importance {config.base.importance} cannot score a classifier, which is pruned here by mistake: choose "
            "magnitude, random or taylor"
        )
    return refusal_of_fixed_sparsity(config)


def trained_examples(config: Design) -> int:
    """For each seed three distillations, one of one epoch, and three recoveries, without the teacher's extra passes."""
    base = config.base
    return config.seeds * base.train_examples * (3 * base.epochs + 1 + 3 * base.recovery_epochs)


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """The cost of each mistake: accuracy of wrong against right, and its other signs."""
    mistakes = made_here(config)
    measured = [(mistake, "accuracy") for mistake in mistakes]
    measured += [(mistake, "pruned") for mistake in mistakes if mistake == CLASSIFIER]
    got = {
        (mistake, value, done): series(cells, value, mistake=mistake, done=done)
        for mistake in mistakes
        for value in ("accuracy", "pruned", "zeros")
        for done in (RIGHT, WRONG)
    }
    tests = holm([compare(f"{m}: {v}", got[m, v, WRONG], got[m, v, RIGHT]) for m, v in measured])
    found = dict(zip(measured, tests, strict=True))
    costly = [m for m in mistakes if significant(found[m, "accuracy"]) and found[m, "accuracy"].mean < 0]
    sentences = [_first({m: found[m, "accuracy"] for m in mistakes})]
    for m in mistakes:
        right, wrong = got[m, "accuracy", RIGHT], got[m, "accuracy", WRONG]
        sentence = f"{m[0].upper() + m[1:]}: {share(wrong)} instead of {share(right)}: {_cost(found[m, 'accuracy'])}."
        if m in OF_PRUNING:
            sentence += _zeros(mean(got[m, "zeros", WRONG].values()), mean(got[m, "zeros", RIGHT].values()))
        if m == CLASSIFIER:
            before, cut = got[m, "pruned", RIGHT], got[m, "pruned", WRONG]
            sentence += (
                f" Just pruned, before recovery, {share(cut)} instead of {share(before)}: {_cost(found[m, 'pruned'])}."
            )
        sentences.append(sentence)
    worst = min(costly, key=lambda m: found[m, "accuracy"].mean, default="none")
    return Conclusion(sentences=tuple(sentences), answer=worst, shown=bool(costly), comparisons=tuple(tests))


def _first(tests: Mapping[str, Comparison]) -> str:
    """Which mistakes the accuracy reveals, and which it does not."""
    lower, higher = (
        [f"{name} ({change(t)})" for name, t in tests.items() if significant(t) and sign * t.mean > 0]
        for sign in (-1, 1)
    )
    silent = [name for name, test in tests.items() if not significant(test)]
    verdicts = [f"These mistakes cost accuracy significantly: {', '.join(lower)}."] if lower else []
    if not lower:
        verdicts.append("None of the mistakes cost accuracy significantly here.")
    if higher:
        verdicts.append(
            f"Significantly more accurate than the right way, and a mistake all the same: {', '.join(higher)}."
        )
    if silent:
        verdicts.append(f"By accuracy alone one would not notice: {', '.join(silent)}.")
    return " ".join(verdicts)


def _cost(test: Comparison) -> str:
    if not significant(test):
        return f"no clear cost, {change(test)} ({certainty(test)})"
    return f"it {'cost' if test.mean < 0 else 'gained'} {unsigned_points(100 * test.mean)} points ({certainty(test)})"


def _zeros(wrong: float, right: float) -> str:
    gone = f": {nearest_percent(1 - wrong / right)} of the zeros are gone again." if wrong < right else "."
    return f" Zeros: {percent(wrong)} instead of {percent(right)}{gone}"


MISTAKES = Experiment(
    name="mistakes",
    title="Things that go wrong",
    question="What do five well-known mistakes really cost, and how would you notice them?",
    hypothesis="Too hot and too short costs most. Forgetting T^2 takes away much of the teacher's benefit. The others "
    "may hardly show in the accuracy, and are found elsewhere: in the zeros, in the teacher, before recovery.",
    predictions={
        **{name: f"{name[0].upper() + name[1:]} costs the most accuracy" for name in SIGNS},
        "none": "None of them costs clear accuracy",
    },
    look_for="Each pair of bars: the right way and the wrong one, from the same seed. If they are alike, the "
    "accuracy does not reveal the mistake. The signs of each mistake are these.",
    signs=SIGNS,
    paper="T^2: Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 2; batch norm in training and in "
    "use: Ioffe and Szegedy 2015, arXiv:1502.03167, section 3.1; masks: Han, Pool, Tran and Dally 2015, "
    "arXiv:1506.02626, section 3",
    quantities=Quantities(
        {
            "accuracy": "Test accuracy",
            "pruned": "Test accuracy, just pruned",
            "zeros": "Zeros",
        },
    ),
    axes={},
    settings={
        "student_size": 0.25, "train_examples": 200, "alpha": 0.9, "epochs": 15, "recovery_epochs": 6,
        "target_sparsity": 0.9, "scope": "layer_wise",
    },
    seeds=5,
    refusal=refusal,
    places=places,
    ignored=("schedule", "rounds"),
    trained_examples=trained_examples,
    kept=("distil",),
    conclude=conclude,
)  # fmt: skip
