"""Questions made from any finished run: every number in them was measured in it.

Wrong options are other numbers of the same run, or the results of common mistakes. Options that would look alike
are left out; a question with fewer than three options, or with two right ones, is not asked. Neither is one that would
be untrue of this run's method, pattern, schedule or seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.catalog.methods import METHODS
from simulator.catalog.pruning import SCHEDULES
from simulator.events import Stage
from simulator.figures.numbers import (
    decimals,
    milliseconds,
    percent,
    reading,
    setting,
    significant,
    whole,
    whole_percent,
)
from simulator.figures.statistics import intervals_overlap
from simulator.teaching.quiz.question import Question
from simulator.teaching.quiz.run_facts import Facts, among, facts, most, one_of, points, times

__all__ = ["MAKERS", "facts", "questions"]

NEEDED = {"teacher", "distilled", "pruned"}
STAGE_WORDS: dict[Stage, str] = {
    "teacher": "Training or loading the teacher",
    "control": "Training the control",
    "distil": "Distilling the student",
    "prune": "Pruning",
    "recover": "Recovery",
    "measure": "Measuring",
}


def questions(known: Facts) -> tuple[Question, ...]:
    """The questions that this run can answer; with several seeds, each says which figure it means."""
    if not set(known.by_name) >= NEEDED or not known.class_names:
        return ()
    seeds = known.config.repeats
    made = []
    for make in MAKERS:
        question = None if seeds > 1 and make in OF_ONE_SEED else make(known)
        if question and seeds > 1 and make in OF_MEANS:
            question = replace(question, text=f"{question.text} (Means over the run's {seeds} seeds.)")
        made.append(question)
    return tuple(q for q in made if q is not None)


# -- the questions


def best_variant(run: Facts) -> Question | None:
    """The variant with the most right answers."""
    accuracy = {name: m.accuracy for name, m in run.by_name.items()}
    best = most(accuracy)
    if best is None:
        return None
    others = [name for name in accuracy if name != best]
    figures = ", ".join(f"{name} {percent(value)}" for name, value in accuracy.items())
    return among(
        "best", "Which variant of this run is the most accurate on the test data?", best, others, f"{figures}."
    )


def accuracy_of_distilled(run: Facts) -> Question | None:
    """The accuracy of the distilled student."""
    m = run.by_name["distilled"]
    others = [o.accuracy for o in run.by_name.values() if o is not m] + [m.f1, 1 - m.accuracy]
    tested = m.first.test_examples
    right = decimals(m.accuracy * tested, 1).removesuffix(".0")
    why = f"{right} of {tested} test examples are right."
    return one_of("accuracy", "How accurate is the distilled student?", m.accuracy, others, percent, why)


def help_of_the_teacher(run: Facts) -> Question | None:
    """Distilled against control."""
    if "control" not in run.by_name:
        return None
    d, c, t = (run.by_name[name].accuracy for name in ("distilled", "control", "teacher"))
    why = f"The distilled student has {percent(d)}, the control {percent(c)}."
    text = "By how many percentage points does the distilled student differ from the control?"
    return one_of("help", text, d - c, [c - d, d - t, t - c, run.last.accuracy - d], points, why)


def loss_by_pruning(run: Facts) -> Question | None:
    """Pruned against distilled."""
    p, d, t = (run.by_name[name].accuracy for name in ("pruned", "distilled", "teacher"))
    why = f"{percent(d)} before, {percent(p)} just after."
    text = "How did the accuracy change when the distilled student was pruned in one step, before it was trained again?"
    return one_of("pruning", text, p - d, [d - p, p - t, d - t, -run.asked], points, why)


def gain_by_recovery(run: Facts) -> Question | None:
    """Recovered against pruned, if the recovered student is the pruned one, trained again."""
    if "recovered" not in run.by_name or not SCHEDULES[run.config.schedule].continues_pruned:
        return None
    r, p, d = (run.by_name[name].accuracy for name in ("recovered", "pruned", "distilled"))
    why = f"{percent(p)} just after pruning, {percent(r)} after recovery."
    return one_of("recovery", "How did recovery change the accuracy?", r - p, [p - r, r - d, d - p, p - d], points, why)


def measured_sparsity(run: Facts) -> Question | None:
    """The share of zeros among all parameters."""
    m, asked = run.by_name["pruned"], run.asked
    why = f"{whole(m.parameters - m.nonzero_parameters)} of {whole(m.parameters)} parameters are zero."
    text = f"{_what_was_asked(run)} What share of all the pruned model's parameters is zero?"
    return one_of("sparsity", text, m.sparsity, [asked, 1 - m.sparsity, asked / 2, m.sparsity / 2], percent, why)


def _what_was_asked(run: Facts) -> str:
    if run.config.by_hand:
        return "A share was set by hand for each layer."
    if run.config.pattern.within_fours:
        return "Two of every four weights were to be set to zero."
    of = " of the channels, heads or neurons" if run.config.pattern.removes_units else ""
    return f"A sparsity of {whole_percent(run.asked)}{of} was asked for."


def parameters_left(run: Facts) -> Question | None:
    """Parameters that are not zero."""
    m, d, asked = run.by_name["pruned"], run.by_name["distilled"], run.asked
    why = f"{whole(m.parameters)} are stored, {whole(m.nonzero_parameters)} of them are not zero."
    wrong = [d.nonzero_parameters, d.parameters * (1 - asked), m.parameters - m.nonzero_parameters, m.parameters / 4]
    text = "How many parameters of the pruned model are not zero?"
    return one_of("parameters", text, m.nonzero_parameters, wrong, whole, why)


def file_after_pruning(run: Facts) -> Question | None:
    """The dense file, before and after."""
    p, d = run.by_name["pruned"], run.by_name["distilled"]
    why = f"{whole(d.size_bytes)} bytes before, {whole(p.size_bytes)} after."
    if p.parameters < d.parameters:
        why += " What was cut out is gone."
    elif p.nonzero_parameters < p.parameters:
        why += " Zeros are stored in full."
    wrong = [1 - p.gzip_bytes / d.gzip_bytes, run.asked, p.sparsity, 0.0]
    text = "By how much did pruning shrink the dense file?"
    return one_of("file", text, 1 - p.size_bytes / d.size_bytes, wrong, percent, why)


def gzip_after_pruning(run: Facts) -> Question | None:
    """The gzipped file, before and after."""
    p, d = run.by_name["pruned"], run.by_name["distilled"]
    why = f"{whole(d.gzip_bytes)} bytes before, {whole(p.gzip_bytes)} after."
    wrong = [1 - p.size_bytes / d.size_bytes, run.asked, p.gzip_bytes / d.gzip_bytes, p.sparsity]
    text = "By how much did pruning shrink the gzipped file?"
    return one_of("gzip", text, 1 - p.gzip_bytes / d.gzip_bytes, wrong, percent, why)


def share_of_macs(run: Facts) -> Question | None:
    """The last variant's MACs against the teacher's."""
    m, t = run.last, run.by_name["teacher"]
    why = f"{whole(m.macs)} of {whole(t.macs)} multiply-adds at {m.first.macs_at}."
    wrong = [m.parameters / t.parameters, 1 - m.macs / t.macs, m.nonzero_parameters / t.parameters, m.macs / t.macs / 2]
    text = f"What share of the teacher's MACs does the {m.name} student need?"
    return one_of("macs", text, m.macs / t.macs, wrong, percent, why)


def flops_of_the_teacher(run: Facts) -> Question | None:
    """MACs into FLOPs."""
    macs = run.by_name["teacher"].first.macs
    text = (
        f"The teacher needs {whole(macs)} MACs for one example. How many FLOPs is that, at two for each multiply-add?"
    )
    return one_of("flops", text, 2 * macs, [macs, macs / 2, 4 * macs], whole, f"2 x {whole(macs)} = {whole(2 * macs)}.")


def speed(run: Facts) -> Question | None:
    """How many times as fast the last variant is."""
    m, t = run.last, run.by_name["teacher"]
    if m.milliseconds is None or t.milliseconds is None:
        return None
    ratio = t.milliseconds / m.milliseconds
    why = f"Medians of {milliseconds(t.milliseconds)} and {milliseconds(m.milliseconds)}."
    wrong = [t.macs / m.macs, t.parameters / m.parameters, 1 / ratio, t.size_bytes / m.gzip_bytes]
    text = f"How many times as fast as the teacher is the {m.name} student, with one example at a time?"
    return one_of("speed", text, ratio, wrong, times, why)


def right_answers(run: Facts) -> Question | None:
    """The diagonal of the confusion matrix."""
    tables = {name: of.first.confusion for name, of in run.by_name.items()}
    rights = {name: float(sum(row[i] for i, row in enumerate(table))) for name, table in tables.items()}
    m = run.last.first
    right = rights.pop(m.name)
    why = f"The diagonal of its confusion matrix adds up to {whole(right)}."
    wrong = [m.test_examples - right, *rights.values(), m.test_examples]
    text = f"How many of the {m.test_examples} test examples does the {m.name} student get right?"
    return one_of("right", text, right, wrong, whole, why)


def hardest_class(run: Facts) -> Question | None:
    """The class with the lowest recall."""
    rows = zip(run.class_names, run.last.first.confusion, strict=True)
    recall = {name: row[i] / sum(row) for i, (name, row) in enumerate(rows)}
    hardest = most({name: -value for name, value in recall.items()})
    if hardest is None:
        return None
    others = sorted((name for name in recall if name != hardest), key=lambda name: recall[name])
    why = f"{percent(recall[hardest])} of its examples are recognised; next comes {others[0]} with "
    why += f"{percent(recall[others[0]])}."
    text = f"For which class does the {run.last.name} student recognise the smallest share of examples?"
    return among("hardest", text, hardest, others, why)


def chance(run: Facts) -> Question | None:
    """What the intervals of control and distilled tell."""
    if "control" not in run.by_name:
        return None
    d, c = run.by_name["distilled"].first, run.by_name["control"].first
    options = {
        "chance": "The intervals overlap: going by them alone, the difference may be chance",
        "distilled": "The intervals do not overlap: the distilled student is better",
        "control": "The intervals do not overlap: the control is better",
    }
    right = "chance" if intervals_overlap(d, c) else "distilled" if d.accuracy > c.accuracy else "control"
    ends = [f"{percent(m.accuracy_interval[0])} to {percent(m.accuracy_interval[1])}" for m in (d, c)]
    why = f"Distilled: {ends[0]}; control: {ends[1]}."
    text = "What do the 95 % intervals say about the distilled student and the control?"
    return among("chance", text, options.pop(right), options.values(), why)


def weight_of_the_labels(run: Facts) -> Question | None:
    """The labels' weight, 1 - alpha, in a method with a teacher."""
    method = METHODS[run.config.method]
    if not method.has_teacher or method.hard_weight is not None:
        return None
    alpha, t = run.config.alpha, run.config.temperature
    text = f"This run had alpha = {setting(alpha)}. With what weight did the true labels enter the student's loss?"
    why = f"Alpha weighs the soft loss, 1 - {setting(alpha)} = {significant(1 - alpha, 2)} the hard loss."
    return one_of("alpha", text, 1 - alpha, [alpha, 1.0, alpha / t, 0.5], lambda v: significant(v, 2), why)


def factor_of_the_soft_loss(run: Facts) -> Question | None:
    """T squared, if the soft loss is a KL divergence and had any weight."""
    if not METHODS[run.config.method].is_divergence or not run.config.alpha:
        return None
    t = run.config.temperature
    text = f"This run had T = {setting(t)}. By what factor was the KL divergence multiplied so that its gradients keep "
    text += "their size?"
    return one_of("t-squared", text, t * t, [t, 1 / t, 2 * t, 1 / t**2], reading, f"T² = {setting(t * t)}.")


def longest_stage(run: Facts) -> Question | None:
    """Which stage took the most time."""
    named = dict(STAGE_WORDS)
    if SCHEDULES[run.config.schedule].trains_again:
        named["recover"] = "Training the lottery ticket"
    seconds: dict[str, float] = {named[s]: value for s, value in run.seconds.items() if s in named}
    longest = most(seconds) if seconds else None
    if longest is None:
        return None
    others = sorted((name for name in seconds if name != longest), key=lambda name: -seconds[name])
    took = {name: f"{decimals(value, 1)} s" for name, value in seconds.items()}
    why = f"It took {took[longest]}; next comes {others[0]} with {took[others[0]]}." if others else ""
    return among("longest", "Which stage of this run took the most time?", longest, others, why)


Maker = Callable[[Facts], Question | None]

OF_MEANS: tuple[Maker, ...] = (
    best_variant,
    accuracy_of_distilled,
    help_of_the_teacher,
    loss_by_pruning,
    gain_by_recovery,
    measured_sparsity,
    parameters_left,
    file_after_pruning,
    gzip_after_pruning,
    share_of_macs,
    speed,
)
"""Questions on the means over several seeds, as Results shows them."""

OF_ONE_SEED: tuple[Maker, ...] = (right_answers, hardest_class, chance)
"""Questions on what has no mean, such as a confusion matrix. They are not asked if there are several seeds."""

MAKERS: tuple[Maker, ...] = (
    *OF_MEANS,
    *OF_ONE_SEED,
    flops_of_the_teacher,
    weight_of_the_labels,
    factor_of_the_soft_loss,
    longest_stage,
)
