"""What is measured of a variant, and where a run's numbers come from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simulator.events.fields import Amount, Fraction, MomentText, Name, Positive, Record, Whole

Variant = Literal["teacher", "control", "distilled", "pruned", "recovered"]
Precision = Literal["", "float32", "bfloat16"]

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


class Kept(Record):
    """Where a stage was carried out, or a model measured, that this run took over: all that decides it was equal.

    Attributes:
        run: Its id.
        at: UTC, ISO 8601.
        device: The processor.
    """

    run: Name
    at: MomentText
    device: Name


Time = Annotated[float, Field(gt=0, le=1e15)]
"""Of one call, in milliseconds: never nothing."""

Batch = Annotated[str, Field(pattern=r"^batch_(1|32)$")]


class Latency(Record):
    """Time for one batch, in milliseconds, over ``runs`` timed calls.

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
        stage_peak_memory_mb: Highest memory of the process while the stage that made it ran; on Linux without mapped
            files, which the system can take back.
        generated: For T5: (text, true label word, generated text) of a few test examples.
        repeat: Of which of the run's seeds; 0 is the first. The teacher is measured once, in repeat 0.
        answers: The predicted class of every test example, in their order; empty in runs of earlier versions.
        sparse_bytes: Of the file whose zeros are left out (``engine/measure/sparse.py``); None in runs of
            earlier versions.
        sparse_encodings: How many tensors of that file are kept "dense", as a "bitmask" and as "2:4".
        kept: Where all this but ``latency_ms`` and ``stage_peak_memory_mb`` was measured, if it was taken over from
            there; None if this run measured it.
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
    kept: Kept | None = None

    @model_validator(mode="after")
    def check_shapes(self) -> Self:
        """Refuse a confusion matrix that is not square, and answers that are not one for each test example."""
        classes = len(self.confusion)
        if any(len(row) != classes for row in self.confusion):
            raise ValueError(f"the confusion matrix of {classes} classes is not square")
        if self.answers and (len(self.answers) != self.test_examples or max(self.answers) >= classes):
            raise ValueError(f"answers are not one of {classes} classes for each of {self.test_examples} test examples")
        return self


class SweptPoint(Record):
    """How the distilled student answers once it is pruned, without any retraining.

    Attributes:
        target_sparsity: What was asked for; 0: it is not pruned.
        removed: The measured share of the weights that pruning may touch that is zero or cut out.
        right: How many examples it answers correctly.
    """

    target_sparsity: Fraction
    removed: Fraction
    right: Whole
