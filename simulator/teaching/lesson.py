"""What a run leaves for the Learn screens: recorded answers, real weights, real layers. Imports no torch.

Two files: ``lesson.json`` holds the facts, ``lesson.safetensors`` the numbers. A run leaves them in its
export folder; those of the recorded runs are shipped in ``simulator/teaching/lessons``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from simulator.config.run import RunConfig
from simulator.errors import NotAvailable
from simulator.events import Provenance, Variant
from simulator.events.fields import Record
from simulator.host.paths import write_whole
from simulator.runs import archive, recorded
from simulator.runs.kept import seals

FACTS_FILE = "lesson.json"
NUMBERS_FILE = "lesson.safetensors"

Network = Literal["teacher", "control", "distilled", "pruned", "recovered", "channels removed"]
"""The variants, and the distilled student after structured pruning, whatever the run itself pruned."""

Numbers = NDArray[np.float32]


class LayerFacts(Record):
    """One layer of a network as it really is.

    Attributes:
        name: The module's name; "" is work done outside every layer.
        weight_shape: The weight's shape; empty if there is no weight.
        parameters: The layer's own parameters, tied ones counted once.
        zeros: How many of them are exactly zero.
        macs: The layer's own multiply-adds in one example's forward pass; element-wise work is left out.
        output_shape: The output's shape for one example, without the batch; empty if it is not a tensor.
    """

    name: str
    kind: str
    weight_shape: tuple[int, ...]
    parameters: int
    zeros: int
    macs: int
    output_shape: tuple[int, ...]


class SliceFacts(Record):
    """The upper left corner of one weight of the distilled student, as a matrix [outputs, inputs].

    A convolution's weight [out, in, height, width] is seen as [out, in * height * width].
    """

    layer: str
    kind: str
    weight_shape: tuple[int, ...]
    rows: int
    columns: int


class LessonFacts(Record):
    """Everything in a lesson except its numbers.

    Attributes:
        test_examples: How many test examples the logits cover: all of them.
        right: How many of them each variant answers correctly.
        shown: The test examples whose input is kept, as rows of the logits.
        texts: Their sentences; empty if they are pictures.
        measured_at: The size of the input that MACs and output shapes were counted with.
        networks: The layers of each network, in the order in which they run.
        slices: Two layers of the distilled student.
        calibration_examples: Training examples behind the gradients and the input norms.
    """

    config: RunConfig
    provenance: Provenance
    class_names: tuple[str, ...]
    test_examples: int
    right: dict[Variant, int]
    shown: tuple[int, ...]
    texts: tuple[str, ...]
    measured_at: str
    networks: dict[Network, tuple[LayerFacts, ...]]
    slices: tuple[SliceFacts, ...]
    calibration_examples: int


@dataclass(frozen=True)
class Slice:
    """A slice's facts, its weights and gradients [rows, columns], and its inputs' norms [columns]."""

    facts: SliceFacts
    weight: Numbers
    gradient: Numbers
    input_norm: Numbers


@dataclass(frozen=True)
class Lesson:
    """A lesson, read from its files.

    Attributes:
        labels: [test examples].
        logits: [test examples, classes] by variant.
        pictures: [shown, height, width] or [shown, height, width, 3], 0 to 255; None for texts.
    """

    facts: LessonFacts
    labels: NDArray[np.int64]
    logits: dict[Variant, Numbers]
    pictures: NDArray[np.uint8] | None
    slices: tuple[Slice, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The variants that answered, in the order of the stages."""
        return tuple(self.logits)


def write(folder: Path, facts: LessonFacts, numbers: Mapping[str, NDArray[Any]]) -> None:
    """Write a lesson's two files, the facts last: they show that it is complete."""
    write_whole(folder / NUMBERS_FILE, save(dict(numbers)))
    write_whole(folder / FACTS_FILE, facts.model_dump_json().encode())


def read(facts: bytes, numbers: bytes) -> Lesson:
    """A lesson from the content of its two files."""
    checked, arrays = LessonFacts.model_validate_json(facts), load(numbers)
    slices = tuple(
        Slice(s, *(arrays[f"slice.{i}.{name}"] for name in ("weight", "gradient", "input_norm")))
        for i, s in enumerate(checked.slices)
    )
    logits = {variant: arrays[f"logits.{variant}"] for variant in checked.right}
    return Lesson(checked, arrays["labels"], logits, cast("NDArray[np.uint8] | None", arrays.get("pictures")), slices)


def exists(run_id: str) -> bool:
    """Whether a run left a lesson here."""
    if recorded.find(run_id):
        return bool(_shipped(run_id, ".json").is_file())
    return (archive.export_dir(run_id) / FACTS_FILE).is_file()


def of_run(run_id: str) -> Lesson:
    """The lesson of a run that has ended, or of a recorded one.

    Raises:
        RunNotFound: if there is no such run.
        NotAvailable: if it left none that can be read.
    """
    archive.run(run_id)
    if not exists(run_id):
        raise NotAvailable(f"Run {run_id} left no lesson on this machine.", "Run it again here, or choose another.")
    try:
        return _kept(run_id)
    except (ValidationError, KeyError) as error:
        raise NotAvailable(
            f"The lesson of run {run_id} was written by another version.", "Run it again here."
        ) from error
    except (SafetensorError, OSError) as error:  # one of its two files is broken, or was deleted meanwhile
        raise NotAvailable(f"The lesson of run {run_id} cannot be read.", "Run it again here.") from error


@lru_cache(maxsize=8)
def _kept(run_id: str) -> Lesson:
    """Read once, because a lesson never changes; the caller checks each time that its run still exists."""
    if recorded.find(run_id):
        return read(_shipped(run_id, ".json").read_bytes(), _shipped(run_id, ".safetensors").read_bytes())
    folder = archive.export_dir(run_id)
    if damage := seals.broken_seal(folder, (FACTS_FILE, NUMBERS_FILE)):
        raise NotAvailable(f"The lesson of run {run_id} is damaged: {damage}.", "Run it again here.")
    return read((folder / FACTS_FILE).read_bytes(), (folder / NUMBERS_FILE).read_bytes())


def _shipped(run_id: str, ending: str) -> Any:
    """A shipped file, which may not exist: the recorded runs of the guided labs have no lessons."""
    name = run_id.removeprefix("recorded-").replace("-", "_")
    return files("simulator.teaching") / "lessons" / f"{name}{ending}"
