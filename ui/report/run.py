"""The report of an ordinary run: the sections of the Results page, on paper."""

from __future__ import annotations

from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import PRUNING
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.errors import NotAllowed
from simulator.figures import numbers
from simulator.runs import archive, notes
from simulator.runs.database.store import Run
from ui.following.story import STAGE_TITLES, Story, kept_from, tell
from ui.report import common
from ui.report.page import Report
from ui.report.sections import sections
from ui.settings import fields


def run_report(run: Run) -> Report:
    """Build the report of a run.

    Raises:
        NotAllowed: if nothing was measured in it.
    """
    story = tell(archive.events(run.id))
    if not story.measurements:
        raise NotAllowed(f"Run {run.id} has measured nothing.", "A report needs a run that has measured something.")
    return Report(
        title=title(run.settings),
        question=question(run.settings),
        origin=" ".join([common.origin(run, story.provenance), *kept_stages(story)]),
        note=notes.note(run.id),
        sections=sections(run, story),
    )


def kept_stages(story: Story) -> list[str]:
    """Name each stage that was taken over, of which repeat if there are several, and from where."""
    return [
        f"The stage {STAGE_TITLES[e.stage]}{f' of repeat {repeat + 1}' if story.repeat else ''} "
        f"is {kept_from(e, e.kept)}; its memory was measured there."
        for repeat, e in story.taken_over
        if e.kept
    ]


def kept_students(story: Story) -> list[str]:
    """Say how many students of an experiment were taken over from earlier runs, if any."""
    sentence = numbers.kept_students([finished.kept for _, finished in story.taken_over if finished.kept])
    return [sentence] if sentence else []


def title(config: RunConfig) -> str:
    """Name model and data."""
    return f"{MODELS[config.model].title} on {dataset_info(config.dataset).title}"


def question(config: RunConfig) -> str:
    """State the question that this run answers."""
    model, method = MODELS[config.model], METHODS[config.method]
    small = f"a smaller {model.title} ({fields.student_in_words(config)})"
    temperature = f", T {numbers.setting(config.temperature)}" if method.uses_temperature else ""
    beta = f", beta {numbers.setting(config.beta)}" if method.uses_beta else ""
    setup = f"{method.title}{temperature}, alpha {numbers.setting(config.alpha)}{beta}"
    learns = f"What does {small} learn from its teacher that the labels alone do not teach it"
    if not method.has_teacher:
        learns = f"What do smoothed labels teach {small} that the labels alone do not"
    few = "" if config.has_all_labels else f" ({numbers.whole(config.labels)} with a label)"
    trained = f"{numbers.whole(config.train_examples)} examples{few}, {numbers.several(config.epochs, 'epoch')}"
    if not config.target_sparsity and not config.by_hand:
        return f"{learns} ({setup}; {trained})?"
    lost = f"pruning ({PRUNING[config.pruning].title.lower()}, {fields.asked_sparsity(config)})"
    again = (
        f" and {numbers.several(config.recovery_epochs, 'epoch')} of recovery" if config.epochs_after_pruning else ""
    )
    return f"{learns} ({setup}; {trained}), and what is left of it after {lost}{again}?"
