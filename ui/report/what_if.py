"""What pruning alone would leave of the distilled student at other sparsities: a section that answers a slider."""

from __future__ import annotations

from functools import partial

from simulator.catalog.pruning import IMPORTANCES, PRUNING
from simulator.config.settings import SETTINGS
from simulator.figures import numbers
from simulator.runs.database.store import Run
from ui.figures.parts import Chart, Part, Section, Slide, Text
from ui.figures.run import what_if as shown
from ui.following.story import Story
from ui.settings import fields
from ui.shell.plain import literal

TITLE = "What if you pruned more, or less?"
STEP = 0.05
WHY_NO_CURVE = "This run did not measure it: an earlier version carried it out, or it ended before."


def what_if(run: Run, story: Story) -> Section:
    """Show what pruning alone would leave of the distilled student at other sparsities, as the run measured it."""
    setting = SETTINGS["target_sparsity"]
    if not story.swept:
        why = setting.why_fixed(run.settings) or WHY_NO_CURVE
        return Section(TITLE, [Text(why, quiet=True)])
    measured = story.swept[0].points
    low, high = measured[0].target_sparsity, measured[-1].target_sparsity
    start = min(max(run.settings.target_sparsity, low), high)
    return Section(TITLE, [Slide("what_if", setting.title, low, high, STEP, start, partial(at_sparsity, run, story))])


def at_sparsity(run: Run, story: Story, sparsity: float) -> list[Part]:
    """Return the curve over the measured sparsities, with a mark at one, and what was measured there; [] without it."""
    swept, config = story.swept, run.settings
    if not swept:
        return []
    kinds = PRUNING[config.pruning], IMPORTANCES[config.importance]
    how = ", ".join(fields.in_a_sentence(kind.title) for kind in kinds)
    kept = literal(numbers.kept_sweeps([of_seed.kept for of_seed in swept if of_seed.kept]))
    caption = (
        f"The distilled student, pruned at once as this run prunes ({how}) and **not retrained**. Each point was "
        f"measured on {numbers.whole(swept[0].examples)} test examples. Bars: {shown.bars_of(swept)}. {kept}".rstrip()
    )
    chart = Chart("what_if_curve", shown.curve(swept, sparsity), "Pruned without retraining", caption, shown.alt(swept))
    return [Text(shown.at(swept, sparsity)), chart]
