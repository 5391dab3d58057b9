"""The four-way grid: neither, distillation only, pruning only, both, at equal training cost."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.events import CellFinished, Conclusion
from simulator.experiments.base import Design, Experiment, Place, Quantities
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import nearest_percent


def places(config: Design) -> list[Place]:
    """Two by two, with every seed."""
    return [
        ({"teacher": teacher, "pruned": pruned}, seed)
        for seed in config.all_seeds()
        for teacher in (False, True)
        for pruned in (False, True)
    ]


def refusal(config: Design) -> str:
    """Refuse settings without the second phase, which pruning needs."""
    return (
        ""
        if config.base.recovery_epochs
        else "recovery_epochs is 0: choose at least 1, because recovery is the second phase"
    )


def trained_examples(config: Design) -> int:
    """All four students go through both phases; a first phase that two of them share is trained once."""
    base = config.base
    return config.seeds * base.train_examples * (2 * base.epochs + 4 * base.recovery_epochs)


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Both main effects and their interaction."""
    got = {(t, p): series(cells, "accuracy", teacher=t, pruned=p) for t in (False, True) for p in (False, True)}
    teacher_whole = compare("the teacher, unpruned", got[True, False], got[False, False])
    teacher_pruned = compare("the teacher, pruned", got[True, True], got[False, True])
    gain_whole = {seed: got[True, False][seed] - got[False, False][seed] for seed in got[True, False]}
    gain_pruned = {seed: got[True, True][seed] - got[False, True][seed] for seed in got[True, True]}
    together = compare("interaction", gain_pruned, gain_whole)
    pruning = compare("pruning, without a teacher", got[False, True], got[False, False])
    whole, pruned, cut, both = holm([teacher_whole, teacher_pruned, pruning, together])
    zeros = series(cells, "zeros", teacher=True, pruned=True)
    sentences = [
        f"Neither: {share(got[False, False])}. Distillation only: {share(got[True, False])}. "
        f"Pruning only: {share(got[False, True])}. Both: {share(got[True, True])}. All four took equally many steps.",
        f"Pruning alone (here {nearest_percent(sum(zeros.values()) / len(zeros))} zeros) changes the accuracy by "
        f"{change(cut)} ({certainty(cut)}).",
        f"The teacher is worth {change(whole)} to the whole student ({certainty(whole)}) and "
        f"{change(pruned)} to the pruned one ({certainty(pruned)}).",
        _interaction(both.mean, significant(both)) + f" Interaction {change(both)}, {certainty(both)}.",
    ]
    answer = "add" if not significant(both) else "help" if both.mean > 0 else "hinder"
    shown = significant(both) and both.mean > 0
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=shown, comparisons=(whole, pruned, cut, both))


def _interaction(value: float, sure: bool) -> str:
    if not sure:
        return (
            "These numbers do not show whether the teacher is worth more to a pruned student than to a whole one: "
            "the two effects may simply add up."
        )
    if value > 0:
        return "They help each other: a teacher is worth more to a pruned student than to a whole one."
    return "They get in each other's way: a teacher is worth less to a pruned student than to a whole one."


FOUR_WAY = Experiment(
    name="four_way",
    title="Neither, one, or both",
    question="Do distillation and pruning help each other, get in each other's way, or just add up?",
    hypothesis="A teacher is worth more to a student that has lost weights and must recover.",
    predictions={
        "help": "They help each other",
        "hinder": "They get in each other's way",
        "add": "They just add up: no clear interaction",
    },
    look_for="The teacher's gain in the unpruned row against its gain in the pruned row. All four students take "
    "equally many optimiser steps, in the same two phases; only the teacher and the mask differ.",
    paper="Two-by-two design after Fisher 1935, The Design of Experiments; the pair of methods after Han, Mao and "
    "Dally 2015, arXiv:1510.00149, and Hinton, Vinyals and Dean 2015, arXiv:1503.02531",
    quantities=Quantities(
        {"accuracy": "Test accuracy", "zeros": "Zeros", "nonzero": "Non-zero parameters"},
        plain=("nonzero",),
    ),
    axes={},
    settings={
        "student_size": 0.25, "train_examples": 200, "epochs": 12, "recovery_epochs": 6, "target_sparsity": 0.9,
    },
    seeds=3,
    refusal=refusal,
    places=places,
    ignored=("schedule", "rounds", "recovery_with_teacher"),
    about="teacher",
    trained_examples=trained_examples,
    kept=("control", "distil"),
    conclude=conclude,
)  # fmt: skip
