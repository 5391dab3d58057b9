"""The sections of a run, in their order: the Results page and the report are both drawn from this list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from simulator.config.run import RunConfig
from simulator.errors import UnreadableRun
from simulator.events import Measurement, Variant
from simulator.experiments.allocation import check, predicts
from simulator.figures import numbers
from simulator.figures.statistics import by_variant
from simulator.runs import archive
from simulator.runs.database.store import Run
from ui.figures import charts, columns
from ui.figures.parts import Beside, Chart, Choice, Gains, Part, Points, Section, TablePart, Text, Way
from ui.figures.run import costs, curves, details, picture, sizes, tables
from ui.following import drawing, live
from ui.following.story import Story
from ui.report import common
from ui.report.what_if import what_if
from ui.shell import routes
from ui.shell.plain import literal
from ui.words import findings, glossary, headline, methods

OUTCOME, STATISTICS, COMPRESSION = "What this run shows", "The statistics behind it", "Compression table"
CUT_SHORT = "The run ended early: this is what it had measured."


def sections(run: Run, story: Story) -> list[Section]:
    """Return the sections of a run that has measurements; a section without data is left out."""
    return [section for build in BUILDERS if (section := build(run, story)) is not None]


def outcome(run: Run, story: Story) -> Section:
    """Show the outcome as a sentence and a picture."""
    return Section(OUTCOME, outcome_parts(run, story))


def outcome_parts(run: Run, story: Story) -> list[Part]:
    """Return the sentence that sums the run up, and its picture."""
    sentence = headline.headline(run.settings, story.measurements, story.labels)
    if run.state != "finished":
        sentence += f" {CUT_SHORT}"
    return (
        [Text(sentence.strip()), picture.of_run(story.measurements)]
        if sentence
        else [picture.of_run(story.measurements)]
    )


def statistics(run: Run, story: Story) -> Section:
    """Compare the last variant with the teacher in figures, and each variant with the one before it in sentences."""
    measured = story.measurements
    teacher = next((m for m in measured if m.name == "teacher"), None)
    name, last = next(reversed(by_variant(measured).items()))
    parts: list[Part] = []
    if teacher is not None and name != "teacher":
        parts.append(Gains(f"The {name} student against its teacher", tables.gains(last, teacher)))
    parts.append(outcome_sentences(story))
    return Section(STATISTICS, parts, folded=True)


def outcome_sentences(story: Story) -> Points:
    """Compare the variants in sentences, each difference with its interval."""
    return Points(findings.findings(story.measurements, story.labels, story.averages_estimated()))


def compression(run: Run, story: Story) -> Section:
    """Show the compression table and, for a run by hand, a scan's prediction."""
    return Section(COMPRESSION, [*compression_tables(story.measurements), *_prediction(run, story.measurements)])


def compression_tables(measured: Sequence[Measurement]) -> list[TablePart]:
    """Return the compression table in three parts: how good, how big and how fast."""
    calls = min((latency.runs for m in measured for latency in m.latency_ms.values()), default=0)
    tested = f"On {measured[0].test_examples} test examples that no model has seen."
    tested = f"{tested} {literal(numbers.kept_note(measured))}".rstrip()
    counted = f"MACs for one example at {literal(measured[0].macs_at)}."
    timed = f"At least {calls} timed calls each. {numbers.busy_note(measured)}".rstrip()
    return [
        _table("How good", measured, columns.QUALITY, tested, tables.BEST),
        _table("How big", measured, columns.COST, counted, tables.BEST, "parameters", "MACs"),
        _table("How fast", measured, columns.SPEED, timed, tables.FASTEST, "latency"),
    ]


def _table(
    title: str, measured: Sequence[Measurement], shown: Mapping[str, columns.Column], note: str, star: str, *terms: str
) -> TablePart:
    table = tables.comparison(measured, shown)
    alt = f"{title}: {', '.join(shown)} of {', '.join(by_variant(measured))}"
    note += f" {star}" if tables.has_star(table) else ""
    return TablePart(title, table, alt, title, note, glossary.entries(*terms))


def _prediction(run: Run, measured: Sequence[Measurement]) -> list[Part]:
    """For a run by hand, show what a sensitivity scan of the same students predicted, and link to the scan."""
    if not run.settings.by_hand:
        return []
    for scan in archive.list_runs(("finished",)):
        asked = scan.experiment
        if asked is None or asked.name != "sensitivity" or not predicts(asked, run.settings):
            continue
        with suppress(UnreadableRun):  # the Runs page shows it as unreadable
            found = check(asked, archive.cells(scan.id), run.settings, measured)
            if found is not None:
                way = Way(routes.EXPERIMENTS, "The scan", ":material/fact_check:", {live.RUN: scan.id})
                return [Text(findings.prediction_checked(found)), way]
    return []


def caveats(run: Run, story: Story) -> Section:
    """Say how the figures may be misread."""
    return Section("What these numbers do not say", [Points(glossary.CAVEATS)], folded=True)


def cost(run: Run, story: Story) -> Section:
    """Show accuracy against size, file sizes and latency."""
    measured = story.measurements
    shown = [
        Chart("trade_off", costs.trade_off(measured), "Accuracy against size",
              f"Up and to the left is better. Bars: {costs.bars_of(measured)}.", costs.trade_off_alt(measured)),
        Chart("sizes", costs.sizes(measured), "File size",
              "Solid: the dense file. Hatched: gzipped. Crossed: without zeros.", costs.sizes_alt(measured)),
    ]  # fmt: skip
    for batch, (short, _) in columns.BATCHES.items():
        if any(batch in m.latency_ms for m in measured):
            chart = costs.latencies(measured, batch)
            caption = (
                f"Median; the bar spans the middle half of the timed calls. {numbers.busy_note(measured)}".rstrip()
            )
            alt = costs.latencies_alt(measured, batch)
            shown.append(Chart(f"latency_{batch}", chart, f"Latency, {short}", caption, alt))
    parts: list[Part] = [Beside(shown)]
    if run.state == "finished":
        parts.append(Way(routes.COMPARE, "Compare with other runs", ":material/compare_arrows:", {"runs": run.id}))
    return Section("Size, accuracy, latency", parts)


def honest_size(run: Run, story: Story) -> Section | None:
    """Show every form of a variant's file beside its latency, and what pruning did to them, if the run pruned."""
    measured, config = story.measurements, run.settings
    sentences = sizes.sentences(measured)
    if not sentences or not (config.layer_shares if config.by_hand else config.target_sparsity):
        return None
    alt = "File sizes and latency of each variant: " + ", ".join(by_variant(measured))
    forms = TablePart("forms", sizes.forms(measured), alt, note=sizes.NOTE)
    return Section(sizes.question(config, measured), [Points(sentences), forms])


def learning(run: Run, story: Story) -> Section:
    """Show the curves of the whole run, with a choice of seed."""
    config = run.settings
    seeds = {str(config.seed + repeat): partial(_curves, config, story, repeat) for repeat in range(story.repeat + 1)}
    first = next(iter(seeds))
    how = f"Faint: every logged step. Bold: the running mean. {methods.loss_words(config)}"
    parts: list[Part] = [Text(how, glossary.entries("hard loss", "soft loss", "control"), quiet=True)]
    parts += [Choice("curves_seed", "Seed", seeds, first, [first])] if len(seeds) > 1 else seeds[first]()
    return Section("How they learned", parts)


def _curves(config: RunConfig, story: Story, repeat: int) -> list[Part]:
    """Show the losses of one seed, one at a time, beside validation accuracy."""
    losses, epochs = story.losses_of(repeat), story.epochs_of(repeat)
    drawn = [
        title
        for title, (term, variants, _) in drawing.CURVES.items()
        if any(curves.loss_series(losses.get(variant, ()), term) for variant in variants)
    ]
    of_seed = drawing.of_repeats(repeat, config)
    options = {title: partial(_curve, config, story, repeat, title) for title in drawing.CURVES}
    shown = [variant for variant in charts.COLOURS if epochs.get(variant)]
    validation = Chart(
        "validation", curves.validation(epochs, shown), f"Validation accuracy{of_seed}",
        "On examples that are not trained on. Epoch 0 is before training.", curves.validation_alt(epochs, shown),
    )  # fmt: skip
    return [Beside([Choice("curve", "Curve", options, next(iter(options)), drawn), validation])]


def _curve(config: RunConfig, story: Story, repeat: int, title: str) -> list[Chart]:
    term, variants, caption = drawing.CURVES[title]
    losses = story.losses_of(repeat)
    chart = curves.losses(losses, term, variants, drawing.last_epoch(title, config))
    alt = curves.losses_alt(losses, term, variants)
    tip = glossary.entries("nats", "KL divergence")
    key = f"curve_{title.split()[0].lower()}"
    return [Chart(key, chart, f"{title}{drawing.of_repeats(repeat, config)}", caption, alt, tip)]


def layers(run: Run, story: Story) -> Section:
    """Show what each weight tensor of a variant lost: zeros or, after structured pruning, removed parts."""
    how = (
        "What each layer lost. With one global ranking, layers can lose unequal shares; layer-wise, all lose the same. "
        "Structured pruning leaves no zeros: its bars show what was removed from the distilled student."
    )
    text = Text(how, glossary.entries("sparsity", "mask", "importance"), quiet=True)
    return Section("Layer by layer", [text, _of_a_variant("layers", story.measurements, _layers)])


def _layers(measured: Sequence[Measurement], name: Variant) -> list[Chart]:
    groups = by_variant(measured)
    variant = groups[name]
    before = groups.get("distilled", []) if name in ("pruned", "recovered") else []
    shares = details.lost(variant, before)
    top = max(shares, key=lambda layer: shares[layer].mean, default=None)
    most = f"{top} lost most, {numbers.percent(shares[top].mean)}" if top and shares[top].mean else "nothing"
    seeds = f"Bars are means over {len(variant)} seeds; the thin lines are the standard deviation."
    chart, alt = details.layer_sparsity(variant, before), f"What each layer of {name} lost: {most}."
    return [Chart("layers", chart, f"The layers of {name}", seeds if len(variant) > 1 else "", alt)]


def confusions(run: Run, story: Story) -> Section:
    """Show which classes a variant confuses."""
    chart = partial(_confusion, class_names=story.class_names)
    return Section("Which classes are confused", [_of_a_variant("confusion", story.measurements, chart)])


def _confusion(measured: Sequence[Measurement], name: Variant, class_names: Sequence[str]) -> list[Chart]:
    variant = by_variant(measured)[name]
    right = numbers.over_seeds([m.accuracy for m in variant], numbers.percent)
    alt = f"Confusion matrix of {name}: {right} of {variant[0].test_examples} answers are right."
    caption = "Rows are true classes, columns are answers. A perfect model fills only the diagonal."
    if len(variant) > 1:
        caption += f" Means over {len(variant)} seeds; a cell's tooltip has the standard deviation."
    return [Chart("confusion", details.confusion(variant, class_names), f"The answers of {name}", caption, alt)]


def written(run: Run, story: Story) -> Section | None:
    """Show what a model that answers with text wrote for a few test examples."""
    writers = [m for m in story.measurements if m.generated]
    if not writers:
        return None
    how = "The class is decided by the scores of the label words; this is what the model writes freely."
    if any(m.repeat for m in writers):
        how += " The first seed is shown."
    return Section("What it wrote", [Text(how, quiet=True), _of_a_variant("generated", writers, _written)])


def _written(measured: Sequence[Measurement], name: Variant) -> list[TablePart]:
    table = tables.written(by_variant(measured)[name][0])
    return [TablePart("written", table, f"Texts, labels and what {name} wrote", f"Written by {name}")]


def _of_a_variant(
    key: str, measured: Sequence[Measurement], parts: Callable[[Sequence[Measurement], Variant], Sequence[Part]]
) -> Choice:
    """Return a choice of variant with the same parts for each; it starts with the last."""
    options: dict[str, Callable[[], Sequence[Part]]] = {
        name: partial(parts, measured, name) for name in by_variant(measured)
    }
    last = list(options)[-1]
    return Choice(f"{key}_variant", "Variant", options, last, [last])


def settings(run: Run, story: Story) -> Section:
    """List every setting that applies, and the command that repeats the run."""
    return common.settings_section(run.settings, f"python -m simulator run {common.flags(run.settings)}")


def sources(run: Run, story: Story) -> Section:
    """List weights, data, teacher, machine and versions."""
    return common.provenance_section(run, story.provenance)


BUILDERS: tuple[Callable[[Run, Story], Section | None], ...] = (
    outcome, statistics, compression, what_if, caveats, cost, honest_size, learning, layers, confusions, written,
    settings, sources,
)  # fmt: skip
