"""Write docs/methods_measured.md, tables and sentences, from the students that benchmarks/converged.py stored.

python -m benchmarks.converged_page
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from benchmarks.converged_cells import (
    CONTROL,
    GRIDS,
    JUDGED_SEEDS,
    MODEL,
    REGIMES,
    SEARCH_SEEDS,
    Judged,
    Measured,
    Settings,
    judged,
    load,
    longer,
    values,
)
from simulator.catalog.methods import METHODS
from simulator.config.run import RunConfig, make_config
from simulator.events import Comparison
from simulator.experiments.paired import compare, significant
from simulator.figures import numbers

PAGE = Path(__file__).parents[1] / "docs" / "methods_measured.md"

INTRODUCTION = """\
# Ways to distil, measured where students have converged

The effect of each way to distil in one measurement, including those that did not help. This page is written by
`python -m benchmarks.converged_page` from the results of `python -m benchmarks.converged`; do not edit it by hand.
Pruning has a page of its own: [pruning_measured.md](pruning_measured.md).

Every method makes as many optimiser steps as the control, the student without a teacher, from equal first weights and
with equal batches. Its settings have the highest validation accuracy in a small grid over {search} seeds; it is
judged on the test examples over {judged} other seeds. Differences are in percentage points with the 95 % interval of
Student's paired t over the seeds. "Better" and "worse": p < 0.05 after Holm's correction for all methods of a table. An
interval belongs to one method alone: it may exclude 0 although the corrected p does not call the method better.
"Within noise" does not mean that there is no effect: {judged} seeds give wide intervals.

{conditions}

The text models are not on this page: they were not measured again. Their earlier rows came from 20 optimiser steps of a
DistilBERT of one layer, which show which loss falls first and not which method teaches more.
"""

SYMBOLS = {"alpha": "alpha", "temperature": "T", "beta": "beta"}


def page(measured: Measured) -> str:
    """The whole page as Markdown."""
    facts = {"search": len(SEARCH_SEEDS), "judged": len(JUDGED_SEEDS), "conditions": conditions(measured)}
    return "\n".join([INTRODUCTION.format(**facts), *(section(measured, regime) for regime in REGIMES)])


def conditions(measured: Measured) -> str:
    """Models, data, day and machine."""
    c = measured.conditions
    return (
        f"ResNet-18 on handwritten digits, a student of width {MODEL['student_size']:g}. The teacher learnt from all\n"
        f"training examples. It answers {numbers.percent(c['teacher_train'])} of them correctly, and "
        f"{numbers.percent(c['teacher_test'])} of the {c['test_examples']} test examples.\nSettings are searched on "
        f"{c['validation_examples']} validation examples. Measured on {c['day']} with PyTorch {c['torch']}\non "
        f"{c['threads']} of {c['cores']} cores, no GPU."
    )


def section(measured: Measured, regime: str) -> str:
    """One number of labels: whether the control had converged, the table, the verdicts, and the settings tried."""
    known = REGIMES[regime]
    parts = [f"## {known.title}: {known.train_examples:,} digits\n"]
    if len(measured.of(regime, CONTROL, {}, longer(known.epochs), JUDGED_SEEDS)) < len(JUDGED_SEEDS):
        return "\n".join([*parts, "Not measured yet.\n"])
    found = judged(measured, regime)
    parts.append(convergence(measured, regime))
    if found:
        parts += [table(found), *verdicts(found), *(why(one) for one in found if one.loses), tried(measured, regime)]
    if missing := [METHODS[name].title for name in METHODS if name not in {one.method for one in found}]:
        parts.append(f"Not measured yet: {', '.join(missing)}.\n")
    return "\n".join(parts)


def steps_of(config: RunConfig, epochs: int) -> int:
    """How many optimiser steps a training makes; a last batch of one example joins the one before it."""
    whole, rest = divmod(config.train_examples, config.batch_size)
    return epochs * (whole + (rest > 1))


def convergence(measured: Measured, regime: str) -> str:
    """How much half as many steps again change the control."""
    known = REGIMES[regime]
    config = make_config(MODEL | {"train_examples": known.train_examples})
    runs = [measured.of(regime, CONTROL, {}, e, JUDGED_SEEDS) for e in (known.epochs, longer(known.epochs))]
    now, later = (values(cells, "test") for cells in runs)
    change = compare("longer", later, now)
    verdict = "less than a point, which counts as converged here"
    if abs(change.mean) >= 0.01:
        verdict = "a point or more, so it had not converged"
    return (
        f"{steps_of(config, known.epochs)} optimiser steps ({known.epochs} epochs, batches of {config.batch_size}). "
        f"The control reaches {numbers.percent(mean(now.values()))}, with half as many steps again "
        f"{numbers.percent(mean(later.values()))} ({in_points(change)}): {verdict}.\n"
    )


def table(found: Sequence[Judged]) -> str:
    """One line for each method."""
    lines = [
        ["method", "chosen", "test accuracy", "minus control", "", "agrees with the teacher"],
        ["---"] * 6,
        *(
            [
                f"{METHODS[one.method].title} `{one.method}`",
                named(one.method, one.settings),
                numbers.percent(one.accuracy),
                in_points(one.test),
                judgement(one.test),
                numbers.percent(one.agreement),
            ]
            for one in found
        ),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def in_points(c: Comparison) -> str:
    """A difference in points with its interval: "+1.2 (+0.3 to +2.1)"."""
    assert c.interval is not None  # several seeds
    low, high = (100 * end for end in c.interval)
    return f"{numbers.points(100 * c.mean)} ({numbers.between(low, high)})"


def judgement(c: Comparison) -> str:
    """Better, worse or within noise, with the corrected p."""
    if c.p is None:
        return "the same in all seeds, so no test can be made"
    verdict = ("better" if c.mean > 0 else "worse") if significant(c) else "within noise"
    return f"{verdict}, {numbers.p_value(c.p)}"


def named(method: str, settings: Settings) -> str:
    """The settings of a method that differ from the usual ones: "alpha 0.9, T 4"."""
    shown = {"alpha": METHODS[method].alpha, **settings}
    return ", ".join(f"{SYMBOLS[name]} {value:g}" for name, value in shown.items())


def verdicts(found: Sequence[Judged]) -> Iterator[str]:
    """Which methods are clearly better and which clearly worse than the control."""
    clear = [one for one in found if significant(one.test)]
    for verdict, some in (
        ("Better than no teacher", [one for one in clear if one.test.mean > 0]),
        ("Worse than no teacher", [one for one in clear if one.test.mean < 0]),
    ):
        listed = ", ".join(f"{METHODS[one.method].title} ({in_points(one.test)})" for one in some)
        yield f"{verdict}: {listed or f'none that {len(JUDGED_SEEDS)} seeds could show'}.\n"


def why(one: Judged) -> str:
    """The measurements that explain why a method loses; "not known" if none does."""
    reasons = []
    if one.longer is not None and not (significant(one.longer) and one.longer.mean < 0):
        later = in_points(one.longer)
        reasons.append(f"it is slower: with half as many steps again it no longer clearly loses, {later}")
    if significant(one.train) and one.train.mean < 0:
        reasons.append(f"it fits its own training examples worse than the control does, {in_points(one.train)}")
    if GRIDS[one.method].index(one.settings) == 0 and "alpha" in one.settings:
        reasons.append("validation chose the smallest weight that was tried for it: less of it is better here")
    return f"Why {METHODS[one.method].title} loses: {'; '.join(reasons) or 'not known'}.\n"


def tried(measured: Measured, regime: str) -> str:
    """Mean validation accuracy of every setting that was tried."""
    lines = []
    for method, grid in GRIDS.items():
        cells = [measured.of(regime, method, settings, REGIMES[regime].epochs, SEARCH_SEEDS) for settings in grid]
        if all(cells):
            listed = "; ".join(
                f"{named(method, settings)}: {numbers.percent(mean(c.validation for c in some))}"
                for settings, some in zip(grid, cells, strict=True)
            )
            lines.append(f"- `{method}`: {listed}.")
    return "Validation accuracies of the settings that were tried:\n\n" + "\n".join(lines) + "\n"


def main() -> None:
    PAGE.write_text(page(load()), encoding="utf-8")


if __name__ == "__main__":
    main()
