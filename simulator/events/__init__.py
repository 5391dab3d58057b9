"""The events of a run: small frozen records. The store keeps them, the screens draw them."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, TypeAdapter, model_validator

from simulator.events.fields import LARGEST_WHOLE, Amount, Fraction, Measure, Name, Positive, Record, Whole
from simulator.events.measured import (
    VARIANTS,
    Kept,
    Latency,
    LayerReport,
    Measurement,
    Precision,
    Provenance,
    SweptPoint,
    Variant,
)

__all__ = [
    "EVENT",
    "EVENT_KINDS",
    "STAGES",
    "VARIANTS",
    "CellFinished",
    "Comparison",
    "Concluded",
    "Conclusion",
    "Coordinates",
    "Described",
    "Downloading",
    "EpochFinished",
    "Event",
    "Kept",
    "Latency",
    "LayerReport",
    "LossPoint",
    "Measured",
    "Measurement",
    "Precision",
    "Progress",
    "Provenance",
    "RunFailed",
    "RunFinished",
    "Stage",
    "StageFinished",
    "StageStarted",
    "Swept",
    "SweptPoint",
    "Variant",
]

Stage = Literal["prepare", "teacher", "control", "distil", "prune", "recover", "measure", "experiment"]

STAGES: tuple[Stage, ...] = ("prepare", "teacher", "control", "distil", "prune", "recover", "measure")


class Described(Record):
    """The run describes itself: where the teacher's weights come from and on what machine it runs.

    Attributes:
        labels: The class of every test example, in their order; empty in runs of earlier versions.
    """

    kind: Literal["described"] = "described"
    provenance: Provenance
    class_names: tuple[Name, ...]
    labels: tuple[Whole, ...] = ()


class StageStarted(Record):
    """A stage begins; ``note`` says in a few words what is being done, ``repeat`` for which seed (0: the first)."""

    kind: Literal["stage_started"] = "stage_started"
    stage: Stage
    note: str
    repeat: Whole = 0


class Progress(Record):
    """How far a stage is, in examples (or parts), with its speed and the time it still needs."""

    kind: Literal["progress"] = "progress"
    stage: Stage
    done: Whole
    total: Whole
    examples_per_second: Amount | None = None
    seconds_left: Amount | None = None


class Downloading(Record):
    """How far a file is that the run fetches before it can begin.

    Attributes:
        received: Bytes that are here.
        total: The file's size in bytes; None if the server does not say it.
        bytes_per_second: Over the last seconds; None until there is something to compare with.
    """

    kind: Literal["downloading"] = "downloading"
    file: Name
    received: Whole
    total: Whole | None = None
    bytes_per_second: Amount | None = None


class LossPoint(Record):
    """One logged step.

    ``total`` is alpha * soft + (1 - alpha) * hard, unless the method's paper has other weights; ``soft`` is None
    without a teacher, ``hard`` where no example of the step's batch has a label.
    """

    kind: Literal["loss"] = "loss"
    variant: Variant
    step: Whole
    epoch: Amount
    total: Measure
    hard: Measure | None
    soft: Measure | None = None
    learning_rate: Amount
    repeat: Whole = 0


class EpochFinished(Record):
    """Accuracy on the validation split after an epoch (epoch 0: before training).

    Attributes:
        estimated_averages: Whether the training has too few steps for batch norm's running averages, which were
            therefore estimated anew on training examples: here, and before the variant was measured.
    """

    kind: Literal["epoch"] = "epoch"
    variant: Variant
    epoch: Whole
    validation_accuracy: Fraction
    repeat: Whole = 0
    estimated_averages: bool = False


class StageFinished(Record):
    """A stage is over, with its costs. ``examples`` counts the training examples seen; 0 if nothing is trained.

    Attributes:
        kept: Where the stage was carried out, with these costs, if it was taken over from there; None if this run
            carried it out.
        measured: How many models the stage "measure" measured; it only times those whose figures are kept. None of
            other stages, and in runs of earlier versions.
    """

    kind: Literal["stage_finished"] = "stage_finished"
    stage: Stage
    seconds: Amount
    peak_memory_mb: Amount
    examples: Whole = 0
    kept: Kept | None = None
    measured: Whole | None = None


class Measured(Record):
    """A variant was measured."""

    kind: Literal["measured"] = "measured"
    measurement: Measurement


Coordinates = dict[str, bool | Annotated[int, Field(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)] | Measure | str]
"""Where a cell is in an experiment: setting -> value."""


class Swept(Record):
    """The distilled student was pruned to several sparsities, each time at once and without any retraining.

    Attributes:
        points: From no pruning to the most.
        examples: How many test examples each answered, from the first on.
        seconds: What it took.
        repeat: The number of the student's seed among the run's seeds, from 0.
        kept: Where all this was measured, if it was taken over from there; None if this run measured it.
    """

    kind: Literal["swept"] = "swept"
    points: tuple[SweptPoint, ...] = Field(min_length=2)
    examples: Positive
    seconds: Amount
    repeat: Whole = 0
    kept: Kept | None = None

    @model_validator(mode="after")
    def check_counts(self) -> Self:
        """Refuse more right answers than examples, and sparsities out of order."""
        asked = [point.target_sparsity for point in self.points]
        if max(point.right for point in self.points) > self.examples or asked != sorted(set(asked)):
            raise ValueError(f"the sweep has more right answers than {self.examples} examples, or is out of order")
        return self


class CellFinished(Record):
    """One cell of an experiment was measured: one place in its table, with one seed.

    Attributes:
        values: What was measured there, by name; accuracies and shares are fractions.
        measured_in: The id of the earlier run that measured it, if this run continued that one; else "".
    """

    kind: Literal["cell"] = "cell"
    at: Coordinates
    seed: Whole
    values: dict[str, Measure]
    measured_in: str = ""


class Comparison(Record):
    """A comparison of two things over the same seeds: the mean of the differences, and how sure it is.

    Attributes:
        deviation: Standard deviation of the differences; None from one seed.
        interval: 95 % interval of the mean difference (Student's t over the seeds); None from one seed.
        p: Two-sided, of a paired t-test, corrected where the experiment makes several; None if it cannot be computed.
        n: Pairs, one a seed.
    """

    name: str
    mean: Measure
    deviation: Amount | None
    interval: tuple[Measure, Measure] | None
    p: Fraction | None
    n: Whole


class Conclusion(Record):
    """What an experiment's numbers say.

    Attributes:
        sentences: Made from the numbers, the main one first.
        answer: Which of the experiment's predictions came true; "" where one seed cannot tell.
        shown: Whether the effect that the literature leads one to expect showed significantly.
        comparisons: What the sentences rest on.
    """

    sentences: tuple[str, ...]
    answer: str
    shown: bool
    comparisons: tuple[Comparison, ...] = ()


class Concluded(Record):
    """An experiment is complete; this is its conclusion."""

    kind: Literal["concluded"] = "concluded"
    conclusion: Conclusion


class RunFinished(Record):
    """The run is complete."""

    kind: Literal["finished"] = "finished"
    seconds: Amount
    peak_memory_mb: Amount


class RunFailed(Record):
    """The run ended early: cancelled, interrupted or broken. ``advice`` says what to do."""

    kind: Literal["failed"] = "failed"
    message: str
    advice: str = ""


Event = Annotated[
    Described
    | StageStarted
    | Progress
    | Downloading
    | LossPoint
    | EpochFinished
    | StageFinished
    | Measured
    | Swept
    | CellFinished
    | Concluded
    | RunFinished
    | RunFailed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
EVENT_KINDS: tuple[str, ...] = tuple(of_kind.model_fields["kind"].default for of_kind in get_args(get_args(Event)[0]))
