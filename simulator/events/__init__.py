"""What a run says while it runs: small frozen records. The store keeps them, the screens draw them."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, TypeAdapter, model_validator

from simulator.events.fields import LARGEST_WHOLE, Amount, Fraction, Measure, MomentText, Name, Positive, Record, Whole

Stage = Literal["prepare", "teacher", "control", "distil", "prune", "recover", "measure", "experiment"]
Variant = Literal["teacher", "control", "distilled", "pruned", "recovered"]

Precision = Literal["", "float32", "bfloat16"]

STAGES: tuple[Stage, ...] = ("prepare", "teacher", "control", "distil", "prune", "recover", "measure")
VARIANTS: tuple[Variant, ...] = ("teacher", "control", "distilled", "pruned", "recovered")


class Provenance(Record):
    """Where a run's numbers come from. Screens show it as a badge.

    Attributes:
        source: "pretrained" or "scratch".
        seed: Of the teacher: its random weights, its batches. The student's is in the config.
        sha256: Of the weights file that was loaded; None from scratch.
        notice: Why pretrained weights were not used, in a sentence; empty if they were.
        data: The data set's fingerprint.
        teacher: The teacher's fingerprint (model, weights, data, recipe, seed, versions, processor, threads,
            precision).
        teacher_was_cached: Whether the teacher had been trained by an earlier run.
        teacher_damage: What was wrong with the teacher that was kept, so that it was trained anew; empty if
            nothing was.
        precision: What training multiplied in, "float32" or "bfloat16"; empty in runs of earlier versions.
        recorded_at: UTC, ISO 8601.
    """

    source: Literal["pretrained", "scratch"]
    repository: Name
    revision: Name | None
    seed: Whole
    sha256: Name | None
    notice: str
    data: Name
    teacher: Name
    teacher_was_cached: bool
    versions: dict[str, Name]
    device: Name
    threads: Whole
    recorded_at: MomentText
    teacher_damage: Name = ""
    precision: Precision = ""


Time = Annotated[float, Field(gt=0, le=1e15)]
"""Of one call, in milliseconds: never nothing."""

Batch = Annotated[str, Field(pattern=r"^batch_(1|32)$")]


class Latency(Record):
    """Time for one batch, in milliseconds, over ``runs`` timed calls (torch.utils.benchmark).

    Attributes:
        others_cpu: The share of all cores that other processes used meanwhile, 0 to 1; None where the system does not
            count it, and in runs of earlier versions.
    """

    median: Time
    p25: Time
    p75: Time
    p95: Time
    runs: Positive
    threads: Positive
    others_cpu: Fraction | None = None


class LayerReport(Record):
    """One parameter tensor of a variant."""

    name: Name
    kind: Name
    shape: tuple[Whole, ...]
    parameters: Whole
    nonzero_parameters: Whole


class Measurement(Record):
    """Everything that was measured of one variant, on the same held-out data as the others.

    Attributes:
        accuracy, precision, recall, f1: Fractions; the last three are macro averages.
        accuracy_interval: 95 % Wilson score interval of the accuracy.
        confusion: Rows are true classes, columns predictions.
        sparsity: Measured fraction of zeros among all parameters.
        prunable_sparsity: The same among the weights that pruning may touch.
        macs: Multiply-adds of one example's forward pass at ``macs_at``; element-wise work is left out.
        size_bytes: Of the dense safetensors file; ``gzip_bytes`` of the same file gzipped.
        latency_ms: By batch: "batch_1" and "batch_32".
        stage_peak_memory_mb: Highest resident memory while the stage that made it ran.
        generated: For T5: (text, true label word, generated text) of a few test examples.
        repeat: Of which of the run's seeds; 0 is the first. The teacher is measured once, in repeat 0.
        answers: The predicted class of every test example, in their order; empty in runs of earlier versions.
        sparse_bytes: Of the file whose zeros are left out (``engine/measure/sparse.py``); None in runs of
            earlier versions.
        sparse_encodings: How many tensors of that file are kept "dense", as a "bitmask" and as "2:4".
    """

    name: Variant
    accuracy: Fraction
    accuracy_interval: tuple[Fraction, Fraction]
    precision: Fraction
    recall: Fraction
    f1: Fraction
    confusion: tuple[tuple[Whole, ...], ...] = Field(min_length=2)
    test_examples: Positive
    parameters: Positive
    nonzero_parameters: Whole
    sparsity: Fraction
    prunable_sparsity: Fraction
    macs: Positive
    macs_at: Name
    size_bytes: Positive
    gzip_bytes: Positive
    latency_ms: dict[Batch, Latency]
    stage_peak_memory_mb: Amount
    layers: tuple[LayerReport, ...]
    generated: tuple[tuple[str, str, str], ...] = ()
    repeat: Whole = 0
    answers: tuple[Whole, ...] = ()
    sparse_bytes: Positive | None = None
    sparse_encodings: dict[str, Whole] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_shapes(self) -> Self:
        """Refuse a confusion matrix that is not square, and answers that are not one for each test example."""
        classes = len(self.confusion)
        if any(len(row) != classes for row in self.confusion):
            raise ValueError(f"the confusion matrix of {classes} classes is not square")
        if self.answers and (len(self.answers) != self.test_examples or max(self.answers) >= classes):
            raise ValueError(f"answers are not one of {classes} classes for each of {self.test_examples} test examples")
        return self


class Described(Record):
    """The run knows its teacher: where the weights come from and on what machine it runs.

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
        bytes_per_second: Of the last seconds; None until there is something to compare with.
    """

    kind: Literal["downloading"] = "downloading"
    file: Name
    received: Whole
    total: Whole | None = None
    bytes_per_second: Amount | None = None


class LossPoint(Record):
    """One logged step.

    ``total`` is alpha * soft + (1 - alpha) * hard, unless the method's paper has other weights; ``soft`` is None
    without a teacher.
    """

    kind: Literal["loss"] = "loss"
    variant: Variant
    step: Whole
    epoch: Amount
    total: Measure
    hard: Measure
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
    """A stage is over: what it took. ``examples`` counts training examples seen; 0 where none is trained."""

    kind: Literal["stage_finished"] = "stage_finished"
    stage: Stage
    seconds: Amount
    peak_memory_mb: Amount
    examples: Whole = 0


class Measured(Record):
    """A variant was measured."""

    kind: Literal["measured"] = "measured"
    measurement: Measurement


Coordinates = dict[str, bool | Annotated[int, Field(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)] | Measure | str]
"""Where a cell stands in an experiment: setting -> value."""


class CellFinished(Record):
    """One cell of an experiment was measured: one place in its table, with one seed.

    Attributes:
        values: What was measured there, by name; fractions where the name is of an accuracy or a share.
        measured_in: The id of the earlier run that measured it, where this run went on from one; "" if this run did.
    """

    kind: Literal["cell"] = "cell"
    at: Coordinates
    seed: Whole
    values: dict[str, Measure]
    measured_in: str = ""


class Comparison(Record):
    """One thing against another over the same seeds: the mean of the differences, and how sure it is.

    Attributes:
        deviation: Standard deviation of the differences; None from one seed.
        interval: 95 % interval of the mean difference (Student's t over the seeds); None from one seed.
        p: Two-sided, of a paired t-test, corrected where the experiment makes several; None where it cannot be had.
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
    """An experiment is complete, and this is what came out."""

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
    | CellFinished
    | Concluded
    | RunFinished
    | RunFailed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
EVENT_KINDS: tuple[str, ...] = tuple(of_kind.model_fields["kind"].default for of_kind in get_args(get_args(Event)[0]))
