"""The command line: ``python -m simulator run | experiment | models | datasets | prepare | runs``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from simulator.catalog.models import MODELS
from simulator.cli import experiments
from simulator.cli.flags import Parser, add_anew_flag, add_config_flags, add_experiment_flags, add_preset_flag, given
from simulator.cli.progress import draw
from simulator.config.data_rules import datasets_here
from simulator.config.run import make_config
from simulator.data.availability import data_state, weights_state
from simulator.data.baselines import near_duplicates
from simulator.data.own_data import all_datasets, dataset_info
from simulator.errors import InvalidConfig, SimulatorError, UnreadableRun
from simulator.events import Event
from simulator.figures import numbers
from simulator.figures.statistics import by_variant
from simulator.host.faults import FAULTS, in_words
from simulator.host.machine import process_name
from simulator.runs import archive, service
from simulator.runs.database.store import open_store

# A pipe or a log has no width of its own; a table should not be squeezed into 80 columns there.
console = Console(width=None if sys.stdout.isatty() else 150)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; gives the exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    options = make_parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except FAULTS as error:
        print(f"simulator: {' '.join(str(in_words(error)).split())}", file=sys.stderr)
        return 2 if isinstance(error, InvalidConfig) else 1
    except KeyboardInterrupt:
        print("simulator: stopped.", file=sys.stderr)
        return 130


def make_parser() -> Parser:
    """The parser; the flags of ``run`` are RunConfig's fields."""
    parser = Parser(
        prog="python -m simulator", description="Real knowledge distillation and pruning of four real models."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    run = commands.add_parser("run", help="distil and prune one model, here and now")
    add_preset_flag(run)
    add_config_flags(run)
    run.add_argument("--json", type=Path, metavar="FILE", help="write the measurements as JSON")
    run.add_argument("--export", type=Path, metavar="DIR", help="write the first seed's variants, a folder each")
    add_anew_flag(run)
    run.set_defaults(command=run_command)

    experiment = commands.add_parser("experiment", help="answer a question with many students, here and now")
    add_experiment_flags(experiment)
    experiment.set_defaults(command=experiment_command)

    models = commands.add_parser("models", help="count parameters and MACs of the four models; where their weights are")
    models.set_defaults(command=models_command)
    datasets = commands.add_parser("datasets", help="list the data sets and whether they are available")
    datasets.set_defaults(command=datasets_command)

    prepare = commands.add_parser("prepare", help="train and cache the teachers ahead of a class")
    prepare.add_argument("--model", choices=MODELS, action="append", help="only this model (may be repeated)")
    names = [d.name for d in all_datasets()]
    prepare.add_argument("--dataset", choices=names, help="instead of each model's default data set")
    prepare.add_argument("--image-size", default=argparse.SUPPRESS, help="as in run: another size is another teacher")
    prepare.add_argument(
        "--train-examples", default=argparse.SUPPRESS, help="as in run: more than 4,000 is another teacher"
    )
    prepare.add_argument("--weights", default="auto", choices=("auto", "pretrained", "scratch"), help="as in run")
    prepare.set_defaults(command=prepare_command)

    runs = commands.add_parser("runs", help="list the runs on this machine")
    runs.set_defaults(command=runs_command)
    return parser


def run_command(options: argparse.Namespace) -> int:
    """``run``: carry out a run inline, print its table, write its JSON."""
    config = make_config(given(options), datasets_here())
    if options.json:
        check_writable(options.json)
    run_id = service.submit(config, origin="cli", anew=options.anew)
    open_store().start(run_id, process_name())
    failure = draw(carry_out(run_id, options.export), console, archive.run(run_id).forecast)
    if failure:
        raise SimulatorError(failure.message, failure.advice)
    console.print(compression_table(run_id))
    if options.json:
        options.json.write_text(json.dumps(archive.summary(run_id), indent=2, allow_nan=False), encoding="utf-8")
        console.print(f"Written to {options.json}.")
    console.print(f"Run {run_id} is on the Results page too.")
    return 0


def experiment_command(options: argparse.Namespace) -> int:
    """``experiment``: carry out an experiment inline, print its table and what it says, write its JSON."""
    if options.list or not options.name:
        console.print(experiments.listing())
        return 0
    config = experiments.chosen(options.name, given(options), options.axis, options.seeds, options.continues)
    if options.json:
        check_writable(options.json)
    run_id = service.submit(config, origin="cli", anew=options.anew)
    open_store().start(run_id, process_name())
    console.print(config.entry.question)
    failure = draw(carry_out(run_id, None), console, archive.run(run_id).forecast)
    if failure:
        raise SimulatorError(failure.message, failure.advice)
    console.print(experiments.table(run_id))
    console.print(experiments.conclusion(run_id))
    if options.json:
        options.json.write_text(
            json.dumps(archive.experiment_summary(run_id), indent=2, allow_nan=False), encoding="utf-8"
        )
        console.print(f"Written to {options.json}.")
    console.print(f"Run {run_id} is on the Experiments page too.")
    return 0


def check_writable(file: Path) -> None:
    """Refuse before the run what would fail after it."""
    if not file.parent.is_dir():
        raise InvalidConfig(
            f"--json {file}: the folder {file.parent} does not exist.", "Make it first, or choose another."
        )


def carry_out(run_id: str, variants_to: Path | None) -> Iterator[Event]:
    """The run's events, stored as they come."""
    from simulator.engine import worker  # torch, only now

    return worker.carry_out(run_id, open_store(), variants_to)


def compression_table(run_id: str) -> Table:
    """A row for each variant; with several seeds each figure is their mean and standard deviation."""
    measurements = archive.measurements(run_id)
    measured = by_variant(measurements)
    seeds = max(len(of_seeds) for of_seeds in measured.values())
    over = f", mean \N{PLUS-MINUS SIGN} standard deviation over {seeds} seeds" if seeds > 1 else ""
    notes = " ".join(filter(None, (numbers.kept_note(measurements), numbers.busy_note(measurements))))
    where = "" if any(m.kept for m in measurements) else " in this run"
    table = Table(title=f"Measured{where}{over}", caption=notes or None)
    for heading in (
        "variant",
        "accuracy",
        "F1",
        "parameters",
        "non-zero",
        "MACs",
        "size",
        "gzip",
        "sparse",
        "batch 1",
        "batch 32",
    ):
        table.add_column(heading, justify="left" if heading == "variant" else "right")
    for name, ms in measured.items():
        low_to_high = " to ".join(map(numbers.percent, ms[0].accuracy_interval))
        table.add_row(
            name,
            over_seeds([m.accuracy for m in ms], numbers.percent) + (f" ({low_to_high})" if len(ms) == 1 else ""),
            over_seeds([m.f1 for m in ms], numbers.percent),
            over_seeds([m.parameters for m in ms], numbers.whole),
            over_seeds([m.nonzero_parameters for m in ms], numbers.whole),
            over_seeds([m.macs for m in ms], numbers.count),
            over_seeds([m.size_bytes for m in ms], numbers.size),
            over_seeds([m.gzip_bytes for m in ms], numbers.size),
            over_seeds([m.sparse_bytes for m in ms if m.sparse_bytes is not None], numbers.size),
            *(over_seeds([m.latency_ms[b].median for m in ms], numbers.milliseconds) for b in ("batch_1", "batch_32")),
        )
    return table


def over_seeds(values: Sequence[float], form: Callable[[float], str]) -> str:
    """A figure over its seeds; "-" where there is none."""
    return numbers.over_seeds(values, form) if values else "-"


def models_command(options: argparse.Namespace) -> int:
    """``models``: counted here, beside what was published."""
    from simulator.engine.measure.counting import count

    table = Table("model", "", "counted here", "published", "at")
    for info in MODELS.values():
        counted = count(info.name)
        published = numbers.whole(info.published.parameters)
        published_macs = numbers.count(info.published.macs) if info.published.macs else "-"
        table.add_row(info.name, "parameters", numbers.whole(counted.parameters), published, "")
        table.add_row("", "MACs", numbers.count(counted.macs), published_macs, counted.at)
        table.add_row("", "weights", weights_state(info.name), "", "", end_section=True)
    console.print(table)
    console.print("MACs are multiply-adds (FLOPs are twice as many); element-wise work is not counted.")
    return 0


def datasets_command(options: argparse.Namespace) -> int:
    """``datasets``: what there is."""
    table = Table("data set", "kind", "classes", "training examples", "near-duplicates", "source", "state")
    for info in all_datasets():
        table.add_row(
            info.name,
            info.kind,
            str(len(info.class_names)),
            numbers.whole(info.max_train_examples),
            "not looked for" if (near := near_duplicates(info.name)) is None else numbers.whole(near),
            info.source,
            data_state(info.name),
        )
    console.print(table)
    console.print("Near-duplicates of one another are always in the same split; shipped data: as last measured.")
    return 0


def prepare_command(options: argparse.Namespace) -> int:
    """``prepare``: a teacher for each model, cached."""
    settings, datasets = given(options), datasets_here()
    kinds = {dataset_info(options.dataset).kind} if options.dataset else {model.kind for model in MODELS.values()}
    names = options.model or [model.name for model in MODELS.values() if model.kind in kinds]
    # all of them first: a setting that does not fit the last model is reported before the first is trained
    configs = [make_config({**settings, "model": name}, datasets) for name in names]
    from simulator.engine import pipeline  # torch, only now

    for config in configs:
        console.print(f"{MODELS[config.model].title} on {config.dataset}")
        draw(pipeline.prepare_teacher(config), console)
    return 0


def last_accuracy(run_id: str) -> str:
    """The accuracy of the last variant of a run, over its seeds."""
    try:
        measured = by_variant(archive.measurements(run_id))
    except UnreadableRun:
        return "unreadable"
    last = next(reversed(measured), None)
    return f"{over_seeds([m.accuracy for m in measured[last]], numbers.percent)} ({last})" if last else "-"


def runs_command(options: argparse.Namespace) -> int:
    """``runs``: the newest first."""
    table = Table("run", "state", "from", "experiment", "model", "data", "started", "accuracy")
    for run in archive.list_runs():
        started = run.started_at.strftime("%Y-%m-%d %H:%M") if run.started_at else "-"
        title = run.experiment.entry.title if run.experiment else ""
        c = run.settings
        table.add_row(run.id, run.state, run.origin, title, c.model, c.dataset, started, last_accuracy(run.id))
    for unreadable in archive.unreadable_runs():
        table.add_row(unreadable.id, f"{unreadable.state}, unreadable")
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
