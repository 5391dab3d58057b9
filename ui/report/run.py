"""The report of an ordinary run: the same figures, tables and sentences as on the Results page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import PRUNING
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.errors import NotAllowed
from simulator.events import Measurement
from simulator.figures import numbers
from simulator.figures.statistics import by_variant
from simulator.runs import notes, service
from simulator.runs.database.store import Run
from ui.figures import charts, columns, table
from ui.figures.run import costs, curves, details, sizes, tables
from ui.following import live, views
from ui.following.story import Story, tell
from ui.report import page
from ui.report.page import Figure, Report, Section, Titled
from ui.settings import fields
from ui.words import findings, glossary, methods


def run_report(run: Run) -> Report:
    """Everything that was measured in a run.

    Raises:
        NotAllowed: if nothing was measured in it.
    """
    story = tell(service.events(run.id))
    if not story.measurements:
        raise NotAllowed(f"Run {run.id} has measured nothing.", "A report needs a run that has come to its end.")
    config = run.settings
    return Report(
        title=f"{MODELS[config.model].title} on {dataset_info(config.dataset).title}",
        question=question(config),
        origin=page.origin(run, story.provenance),
        note=notes.note(run.id),
        sections=[
            *_outcome(config, story),
            _costs(story.measurements),
            *_honest_size(config, story.measurements),
            _learning(config, story),
            _last_variant(story),
            page.settings_section(config, f"python -m simulator run {page.flags(config)}"),
            page.provenance_section(run, story.provenance),
            Section("What these numbers do not say", points=glossary.CAVEATS),
        ],
    )


def question(config: RunConfig) -> str:
    """What was asked of this run, in words."""
    model, method = MODELS[config.model], METHODS[config.method]
    small = f"a smaller {model.title} ({fields.student_in_words(config)})"
    temperature = f", T {config.temperature:g}" if method.uses_temperature else ""
    beta = f", beta {config.beta:g}" if method.uses_beta else ""
    how = f"{method.title}{temperature}, alpha {config.alpha:g}{beta}"
    learns = f"What does {small} learn from its teacher that the labels alone do not teach it"
    if not method.has_teacher:
        learns = f"What do smoothed labels teach {small} that the labels alone do not"
    trained = f"{config.train_examples:,} examples, {numbers.several(config.epochs, 'epoch')}"
    if not config.target_sparsity and config.scope != "by_hand":
        return f"{learns} ({how}; {trained})?"
    lost = f"pruning ({PRUNING[config.pruning].title.lower()}, {fields.asked_sparsity(config)})"
    again = (
        f" and {numbers.several(config.recovery_epochs, 'epoch')} of recovery" if config.epochs_after_pruning else ""
    )
    return f"{learns} ({how}; {trained}), and what is left of it after {lost}{again}?"


def _outcome(config: RunConfig, story: Story) -> Iterator[Section]:
    """What came out, in sentences and in the compression table."""
    measured = story.measurements
    name, last = next(reversed(by_variant(measured).items()))
    teacher = next((m for m in measured if m.name == "teacher"), None)
    compared = []
    if teacher is not None and name != "teacher":
        gains = [
            {"What": what, "Change": change, "From and to": ends} for what, change, ends in tables.gains(last, teacher)
        ]
        compared = [Titled(f"The {name} student against its teacher", table.of(gains))]
    points = findings.findings(measured, story.labels, story.averages_estimated())
    yield Section("What came out", points=points, tables=compared)
    parts = (
        ("How good", columns.QUALITY, f"On {measured[0].test_examples} test examples that no model has seen."),
        ("How big", columns.COST, f"MACs of one example at {measured[0].macs_at}."),
        ("How fast", columns.SPEED, tables.STARS + tables.busy_note(measured)),
    )
    compression = [Titled(title, tables.comparison(measured, shown), said) for title, shown, said in parts]
    yield Section("Compression table", tables=compression)


def _costs(measured: Sequence[Measurement]) -> Section:
    """Accuracy against size, file sizes, latency."""
    said = f"Up and to the left is better; bars: {views.bars_of(measured)}. {costs.trade_off_alt(measured)}"
    dense = numbers.size(min(m.size_bytes for m in measured))
    files = f"Solid: as it is. Hatched: gzipped. Crossed: without its zeros. The smallest dense file has {dense}."
    figures = [
        page.drawn(costs.trade_off(measured), "trade", "Accuracy against size", said),
        page.drawn(costs.sizes(measured), "sizes", "File size", files),
    ]
    for batch, (_, what) in columns.BATCHES.items():
        timed = [m for m in measured if batch in m.latency_ms]
        if timed:
            said = f"Median; the bar spans the middle half of the timed calls. {costs.latencies_alt(timed, batch)}"
            title = f"Latency, {what}"
            figures.append(page.drawn(costs.latencies(measured, batch), batch.replace("_", "-"), title, said))
    return Section("Size, accuracy, latency", figures=figures)


def _honest_size(config: RunConfig, measured: Sequence[Measurement]) -> Iterator[Section]:
    said = sizes.sentences(measured)
    if said and config.target_sparsity:
        forms = Titled("", sizes.forms(measured), sizes.NOTE)
        yield Section(sizes.question(config, measured), points=said, tables=[forms])


def _learning(config: RunConfig, story: Story) -> Section:
    """The curves that have points, and validation accuracy; of several seeds, the first."""
    losses, epochs = story.losses_of(0), story.epochs_of(0)
    ends = {"Recovery": config.epochs_after_pruning, "Teacher": None}
    figures = list[Figure]()
    for number, (title, (term, variants, said)) in enumerate(live.CURVES.items()):
        if any(curves.loss_series(losses.get(v, ()), term) for v in variants):
            chart = curves.losses(losses, term, variants, ends.get(title, config.epochs))
            told = f"{said} {curves.losses_alt(losses, term, variants)}"
            figures.append(page.drawn(chart, f"curve-{number}", title, told))
    shown = [variant for variant in charts.COLOURS if epochs.get(variant)]
    if shown:
        told = curves.validation_alt(epochs, shown)
        figures.append(page.drawn(curves.validation(epochs, shown), "validation", "Validation accuracy", told))
    texts = ["Faint: every logged step. Bold: the running mean. " + methods.loss_words(config)]
    if config.repeats > 1:
        texts.append("The curves are those of the first seed.")
    return Section("How they learned", texts, figures=figures)


def _last_variant(story: Story) -> Section:
    """Layers and confusion of the final variant, over all seeds; what T5 wrote, of the first."""
    groups = by_variant(story.measurements)
    name, variant = list(groups.items())[-1]
    before = groups.get("distilled", []) if name in ("pruned", "recovered") else []
    shares = details.lost(variant, before)
    top = max(shares, key=lambda layer: shares[layer].mean, default=None)
    most = f"{top} lost most, {numbers.percent(shares[top].mean)}." if top else "It has no layers."
    right = numbers.over_seeds([m.accuracy for m in variant], numbers.percent)
    figures = [
        page.drawn(
            details.confusion(variant, story.class_names), "confusion", "Which classes are mixed up",
            f"Rows are true classes, columns are answers. {right} of {variant[0].test_examples} answers are right.",
        ),
        page.drawn(details.layer_sparsity(variant, before), "layers", "Layer by layer", most),
    ]  # fmt: skip
    written = [Titled("What it wrote", tables.written(variant[0]))] if variant[0].generated else []
    return Section(f"The final variant: {name}", figures=figures, tables=written)
