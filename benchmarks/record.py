"""Record one real run for each model, to be shipped with the app: events, measurements and its lesson.

Each is carried out here and now with the default settings, through the same store and pipeline as
any run. The text models are recorded on reviews_topic, whose sentences were written for this
course; harvested docstrings are never shipped.

    python -m benchmarks.record [--model NAME ...] [--lessons-only]
    python -m benchmarks.record --lab NAME ...
    python -m benchmarks.record --conclude

The lesson (simulator/teaching/lessons) is what every run leaves in its export folder: answers, two slices of weights
and the layers' facts. With --lessons-only the recorded runs and the counts stay as they are. With --lab the runs that
stand in for a guided lab's own are recorded instead (simulator/teaching/labs/recordings), and nothing else. With
--conclude nothing is measured: the conclusions are drawn anew from the recorded cells of the labs' experiments.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from simulator.catalog.models import MODELS
from simulator.cli.progress import draw
from simulator.config.run import RunConfig, make_config
from simulator.engine import worker
from simulator.engine.measure.counting import count
from simulator.events import CellFinished
from simulator.experiments import ExperimentConfig
from simulator.host.machine import process_name
from simulator.host.paths import PACKAGE
from simulator.runs import archive, recorded, service
from simulator.runs.database.store import open_store
from simulator.runs.kept import room
from simulator.teaching import lesson
from simulator.teaching.labs import LABS, Lab

RECORDINGS = PACKAGE / "runs/recordings"
LESSONS = PACKAGE / "teaching/lessons"
LAB_RECORDINGS = PACKAGE / "teaching/labs/recordings"
SIGNIFICANT_DIGITS = 5
LOSS_POINTS = 80


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--lessons-only", action="store_true", help="leave the recorded runs and the counts alone")
    parser.add_argument("--lab", choices=[lab.name for lab in LABS], action="append", help="a guided lab's runs only")
    parser.add_argument("--conclude", action="store_true", help="conclude anew from the labs' recorded cells")
    options = parser.parse_args()
    if options.conclude:
        conclude_anew()
        return
    console = Console()
    os.environ["KDPS_KEEP_GB"] = "0"  # what is shipped was carried out in the run that says so
    room.make_room()
    for lab in LABS:
        if lab.name in (options.lab or ()):
            record_lab(lab, console)
    if options.lab:
        return
    RECORDINGS.mkdir(exist_ok=True)
    LESSONS.mkdir(exist_ok=True)
    for name in options.model or MODELS:
        run_id = carry_out(name, make_config({"model": name}), console)
        for file in (lesson.FACTS_FILE, lesson.NUMBERS_FILE):
            shutil.copyfile(archive.export_dir(run_id) / file, LESSONS / f"{name}{Path(file).suffix}")
        if not options.lessons_only:
            write(RECORDINGS / f"{name}.json", recording(name.replace("_", "-"), archive.export(run_id)))
    if options.lessons_only:
        return
    counts = {name: vars(count(name)) for name in MODELS}
    write(PACKAGE / "catalog/counts.json", counts)


def record_lab(lab: Lab, console: Console) -> None:
    """Carry out a lab's runs with its first choices; a run of default settings is shipped already."""
    settings = {choice.setting: choice.start for choice in lab.choices}
    for config, run_id in zip(lab.configs(settings), lab.recorded, strict=True):
        name = run_id.removeprefix("recorded-")
        if name.startswith("lab-"):
            exported = archive.export(carry_out(name, config, console))
            write(LAB_RECORDINGS / f"{name}.json", recording(name, exported))


def conclude_anew() -> None:
    """Conclude from the labs' recorded experiments by today's rules; their cells stay as they were measured."""
    for shipped in recorded.of_labs():
        if not shipped.run.experiment:
            continue
        conclusion = shipped.run.experiment.conclude(
            [event for event in shipped.events if isinstance(event, CellFinished)]
        )
        file = LAB_RECORDINGS / f"{shipped.run.id.removeprefix('recorded-')}.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        (event,) = (event for event in content["events"] if event["kind"] == "concluded")
        drawn = rounded(conclusion.model_dump(mode="json"))
        if event["conclusion"] != drawn:
            event["conclusion"] = drawn
            write(file, content)


def carry_out(name: str, config: RunConfig | ExperimentConfig, console: Console) -> str:
    """Carry out a run here and now; gives its id."""
    run_id = service.submit(config, origin="cli")
    store = open_store()
    store.start(run_id, process_name())
    failure = draw(worker.carry_out(run_id, store), console)
    if failure:
        raise SystemExit(f"{name}: {failure.message}")
    return run_id


def recording(name: str, exported: dict[str, Any]) -> dict[str, Any]:
    """The exported run under a name of its own, without progress and with fewer loss points."""
    run = {**exported["run"], "id": f"recorded-{name}", "origin": "recorded", "process": None}
    return {"run": run, "events": list(thinned(exported["events"]))}


def thinned(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All events except progress; at most 80 evenly spaced loss points of each variant, with the last one."""
    points: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        if event["kind"] == "loss":
            points.setdefault(event["variant"], []).append(event)
    kept = set()
    for of_variant in points.values():
        stride = -(-len(of_variant) // LOSS_POINTS)
        kept |= {id(point) for point in of_variant[::-1][::stride]}
    for event in events:
        if event["kind"] != "progress" and (event["kind"] != "loss" or id(event) in kept):
            yield rounded(event)


def rounded(value: Any) -> Any:
    """Loss curves to five significant digits; what was measured of a variant stays as it is."""
    if isinstance(value, dict):
        return value if value.get("kind") == "measured" else {key: rounded(v) for key, v in value.items()}
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value


def write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
