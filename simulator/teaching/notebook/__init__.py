"""A run as a Jupyter notebook in plain PyTorch, in one bundle with the exported student's weights.

Its prose and its plain code are the Markdown files in ``parts``; what the run itself computed with (splits, batches,
losses, masks) is taken from the code that ran.
The notebook does not import the simulator, and this module does not import torch.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.data import own_data, own_examples
from simulator.data.own_data import dataset_info, is_here
from simulator.errors import NotAllowed
from simulator.events import Described, EpochFinished
from simulator.host.paths import PACKAGE
from simulator.runs import archive, notes
from simulator.runs.kept import seals, teachers
from simulator.runs.records import Run
from simulator.teaching.notebook.cells import notebook

__all__ = ["bundle", "not_offered", "notebook"]

EXPORTED = ("model.safetensors", "config.json", "load.py", "tokenizer.json", "spiece.model")
RUN_FILE = "run.json"


def not_offered(run: Run) -> str:
    """Why there is no notebook of a run, in a sentence; empty if there is one."""
    info = dataset_info(run.settings.dataset)
    if run.experiment:
        return "There are notebooks of single runs, not of experiments."
    if info.needs_internet:
        return f"There is no notebook: {info.title} is fetched from the internet, and a notebook should run without it."
    if not is_here(info.name):
        return "There is no notebook: the data of this run was deleted."
    folder = archive.export_dir(run.id)
    if not (folder / "model.safetensors").is_file():
        return "There is no notebook: it measures the weights of this run, and they are not on this machine."
    if damage := seals.broken_seal_as_last_read(folder):
        return f"There is no notebook: the weights of this run are damaged ({damage}). Run it again to get one."
    return ""


def bundle(run_id: str) -> bytes:
    """The notebook with everything that it reads, as a ZIP file.

    Raises:
        RunNotFound: if there is no such run.
        NotAllowed: if there is no notebook of it.
    """
    run = archive.run(run_id)
    reason = not_offered(run)
    if reason:
        raise NotAllowed(reason, "Choose a run on digits, docstrings, reviews or own data that was made here.")
    facts, packed, name = facts_of(run), io.BytesIO(), f"run-{run.id}"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as zipped:
        written = notebook(run, facts["provenance"]["source"], notes.note(run.id))
        zipped.writestr(f"{name}/{name}.ipynb", json.dumps(written, indent=1))
        zipped.writestr(f"{name}/{RUN_FILE}", json.dumps(facts, indent=1))
        for file in (*(archive.export_dir(run.id) / file for file in EXPORTED), *_data_files(run.settings.dataset)):
            if file.is_file():
                zipped.write(file, f"{name}/{file.name}")
    return packed.getvalue()


def _data_files(dataset: str) -> list[Path]:
    """The data that a notebook cannot make itself: the reviews, and own data."""
    if dataset not in DATASETS:
        return [own_data.folder_of(dataset) / name for name in own_examples.FILES]
    reviews = PACKAGE / "engine/datasets/reviews.csv"
    return [reviews] if dataset.startswith("reviews") else []


def facts_of(run: Run) -> dict[str, Any]:
    """What the notebook reads about the run: its settings, and the measurements of the first seed."""
    events = [event for _, event in archive.events(run.id)]
    described = next(event for event in events if isinstance(event, Described))
    config, model, info = run.settings, MODELS[run.settings.model], dataset_info(run.settings.dataset)
    method = METHODS[config.method]
    epochs = [e for e in events if isinstance(e, EpochFinished) and e.repeat == 0]
    return {
        "id": run.id,
        "settings": config.model_dump(mode="json"),
        "provenance": described.provenance.model_dump(mode="json"),
        "class_names": described.class_names,
        "label_words": info.label_words,
        "relative_steps": model.relative_steps,
        "has_teacher": method.has_teacher,
        "hard_weight": method.weight_of_labels(config.alpha),
        "warm_up": method.warm_up,
        "few_steps": model.few_steps if any(e.estimated_averages for e in epochs) else (0, 0),
        "teacher_recipe": vars(teachers.recipe(config.model, described.provenance.source)),
        "teacher_examples": teachers.train_examples(config),
        "validation": [e.model_dump(mode="json", include={"variant", "epoch", "validation_accuracy"}) for e in epochs],
        "measurements": [m.model_dump(mode="json") for m in archive.measurements(run.id) if m.repeat == 0],
    }
