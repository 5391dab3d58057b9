"""The cells of a run's notebook: which parts it has, and how a part becomes cells."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.runs.records import Run
from simulator.teaching.sources import source_of

PARTS = Path(__file__).parent / "parts"
FENCED = re.compile(r"^```(python|source)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Cell = dict[str, Any]


def notebook(run: Run, source: str, note: str) -> dict[str, Any]:
    """The notebook as nbformat 4 JSON.

    Args:
        source: Where the teacher's weights come from: "pretrained" or "scratch".
        note: The student's own notes; empty if there are none.
    """
    config = run.settings
    cells = [_prose(_opening(run, source))]
    if note:
        cells += [_prose("**Notes on this run**"), {"cell_type": "raw", "metadata": {}, "source": note}]
    for part in parts(config, source):
        cells += cells_of(part, config)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def parts(config: RunConfig, source: str) -> list[str]:
    """The names of the parts, in their order."""
    kind = MODELS[config.model].kind
    if config.dataset not in DATASETS:
        data = ["own_texts" if kind == "text" else "own_pictures", "own_split"]
    else:
        data = [f"data_{'reviews' if config.dataset.startswith('reviews') else config.dataset}"]
    chosen = ["opening", "split", *data, "same_data", "batches", of_model("encode", config), "student"]
    chosen.append("training")
    if not_trained_again(config, source):
        return [*chosen, of_model("fresh", config), "short"]
    pruning = [] if not_pruned_again(config) else ["again_pruning"]
    return [*chosen, "method", "again_teacher", *pruning, "again_compare"]


def of_model(part: str, config: RunConfig) -> str:
    """The name of a part that depends on the model: one of its own, or that of all models of its kind."""
    own = f"{part}_{config.model}"
    return own if (PARTS / f"{own}.md").is_file() else f"{part}_{MODELS[config.model].kind}"


def not_trained_again(config: RunConfig, source: str) -> str:
    """Why the notebook does not train teacher and student again; empty if it does."""
    if MODELS[config.model].kind == "text":
        return "a text model's teacher takes many minutes to train without the simulator's shortcuts"
    if source == "pretrained":
        return "the teacher began with published weights, which would have to be fetched"
    if METHODS[config.method].compares_features:
        return f"the method ({METHODS[config.method].title}) looks inside both models, and its code is not included"
    return ""


def not_pruned_again(config: RunConfig) -> str:
    """Why the notebook does not prune again; empty if it does."""
    usual = {"importance": "magnitude", "schedule": "one_shot", "also_prune": ()}
    other = [name.replace("_", " ") for name, value in usual.items() if getattr(config, name) != value]
    if config.pattern.removes_units:
        other.append("whole channels")
    if config.by_hand:
        other.append("shares by hand")
    return f"the run pruned with settings whose code is not included ({', '.join(other)})" if other else ""


def _opening(run: Run, source: str) -> str:
    """Title, what the notebook covers and what it does not, and how to start it."""
    config = run.settings
    training, pruning = not_trained_again(config, source), not_pruned_again(config)
    covers = [
        "- The data, split as it was for the run.",
        "- The exported student, loaded and **measured again**: answers, parameters, zeros, bytes, multiply-adds.",
        "- The distillation loss and a training loop in plain PyTorch.",
    ]
    if training:
        covers.append(f"- **Not** the whole training: {training}. A few steps show how it works.")
    else:
        again = "Teacher, control and student" + ("" if pruning else ", pruning and recovery")
        covers.append(
            f"- {again}, **carried out again** with the run's seeds and compared with what was measured then."
        )
        if pruning:
            covers.append(f"- **Not** the pruning: {pruning}. The exported student is the pruned one all the same.")
    if config.repeats > 1:
        covers.append("- Only the first of the run's seeds.")
    libraries = " ".join(("torch safetensors scikit-learn", *MODELS[config.model].libraries))
    if config.dataset == "docstrings":
        libraries += " scipy pandas"
    title = html.escape(f"{MODELS[config.model].title} on {dataset_info(config.dataset).title}, run {run.id}")
    return (
        f"# {title}\n\nWhat this notebook holds:\n\n" + "\n".join(covers) + "\n\nIt needs neither the "
        f"simulator nor a network: `pip install notebook {libraries}`, then open it in the folder where it was "
        "unpacked. Cells that begin with `# simulator/...` hold the code that the run used."
    )


def _prose(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> Cell:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": text}


def cells_of(part: str, config: RunConfig) -> Iterator[Cell]:
    """The cells of one part."""
    if part == "method":
        yield _prose(f"The run's method: {METHODS[config.method].title}. {METHODS[config.method].help}")
        method = METHODS[config.method]
        chosen = f'partial({method.name}, beta=SETTINGS["beta"])' if method.uses_beta else method.name
        source = taken("engine/distillation/methods.py", (method.name, *method.helpers))
        yield _code(f"{source}\n\n\nMETHOD = {chosen}")
        return
    text, end = (PARTS / f"{part}.md").read_text(encoding="utf-8"), 0
    for fence in FENCED.finditer(text):
        if prose := text[end : fence.start()].strip():
            yield _prose(prose)
        path, *names = fence[2].split() or [""]
        yield _code(taken(path, names) if fence[1] == "source" else fence[3].strip())
        end = fence.end()
    if prose := text[end:].strip():
        yield _prose(prose)


def taken(path: str, names: Sequence[str]) -> str:
    """Functions, classes and constants of one file of simulator, as they run."""
    sources = [source_of(path, name) for name in names]
    return f"# simulator/{path}: this is the code that ran.\n" + "\n\n\n".join(sources)
