"""What a run will cost in time and memory, and whether it may start. Imports no torch.

Work is counted in multiply-adds (MACs). A machine's pace, seconds per MAC, comes from its own recent
runs of the model; before there are any, from its matrix-product rate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median

from simulator import teachers
from simulator.availability import weights_state_soon
from simulator.catalog import MODELS
from simulator.config import RunConfig
from simulator.distillation_catalog import METHODS
from simulator.errors import DoesNotFit
from simulator.events import Event, RunFinished, Stage, StageFinished
from simulator.machine import MB, Bfloat16, available_memory_mb, bfloat16_hardware, matmul_flops
from simulator.own_data import dataset_info, record
from simulator.store import Forecast, Store
from simulator.studies.config import StudyConfig

__all__ = ["available_memory_mb", "check_fits", "forecast", "forecast_study"]

TRAINING: tuple[Stage, ...] = ("teacher", "control", "distil", "recover")
FORWARD_AND_BACKWARD = 3
"""A training step costs about three forward passes: the backward pass multiplies twice as much."""

FLOPS_PER_MAC = 2

FIXED_SECONDS: dict[Stage, float] = {
    "prepare": 4.0,
    "teacher": 1.0,
    "control": 0.0,
    "distil": 0.0,
    "prune": 1.0,
    "recover": 0.0,
    "study": 0.0,
}
"""What a stage takes whatever the settings, before this machine has runs of its own to tell; measuring: see Size."""

BASE_MB = 1120.0
"""Resident memory of a worker beyond its models: 865 MiB once torch, torchvision, transformers and torch-pruning are
imported, and what the data, the kernels' working space and the allocator add: a whole run of ResNet-18 on digits
peaked at 1,319 MiB where its models explain 200. Read with psutil: Linux, Python 3.11, torch 2.15."""

FLOAT_BYTES = 4

RKD_TENSORS = 8
"""Tensors of [batch, batch, width] that rkd's distances and angles hold at once, backward pass included: 582 MiB
measured at batch 128 and width 1280, where one takes 80."""


@dataclass(frozen=True)
class Size:
    """What a model's work and memory depend on, as far as a forecast needs it.

    Attributes:
        fixed_parameters: Embeddings: a student has as many as its teacher.
        macs_per_unit: Of the teacher, for a pixel of a picture or a token of a text.
        student_share: A student of size 1 (a width, or all the layers) as a share of the teacher.
        student_power: The share grows with the size to this power.
        activation_bytes_per_unit: Kept by the teacher's forward pass for the backward pass.
        efficiency: Training's pace against the machine's float32 matrix-product rate, by what multiplies bfloat16.
            Memory traffic, the optimiser and small kernels lower it; bfloat16, and texts shorter than is counted, raise
            it. Measured over the stages of default runs on two cores: a Xeon with AMX, the same with bfloat16 turned
            off, and an EPYC with AVX-512.
        feature_width: Of the pooled features of an example.
        measure_seconds: What measuring the five variants of a default run took there.
    """

    fixed_parameters: int
    macs_per_unit: float
    student_share: float
    student_power: float
    activation_bytes_per_unit: int
    efficiency: Mapping[Bfloat16, float]
    feature_width: int
    measure_seconds: float


ANY: tuple[Bfloat16, ...] = ("amx", "avx512", "")
"""The image models multiply in float32 everywhere."""

SIZES: dict[str, Size] = {
    # 30,522 x 768 token and 512 x 768 position embeddings; 5.587 G MACs at 128 tokens; six layers
    "distilbert": Size(
        23_835_000, 5.587e9 / 128, 1 / 6, 1.0, 200_000, {"amx": 1.8, "avx512": 1.8, "": 1.05}, 768, 80.0
    ),
    # 32,128 x 512 embeddings; each token passes the encoder's 18.9 M weights, the decoder sees one position
    "t5_small": Size(16_450_000, 20e6, 1 / 6, 1.0, 200_000, {"amx": 0.62, "avx512": 0.9, "": 0.54}, 512, 55.0),
    # a width w leaves about w^1.6 of the MACs: 0.32 at 0.5, 0.69 at 0.75 (counted); small kernels, much traffic
    "mobilenet_v2": Size(0, 0.301e9 / 224**2, 1.0, 1.6, 1_100, dict.fromkeys(ANY, 0.054), 1280, 20.0),
    # ResNet-10 has 0.49 of the MACs; a width w leaves about w^1.8 of those: 0.14 at 0.5 (counted)
    "resnet18": Size(0, 1.814e9 / 224**2, 0.49, 1.8, 500, dict.fromkeys(ANY, 0.31), 512, 20.0),
}

TOKENS: dict[str, int] = {"docstrings": 16, "reviews_topic": 24, "reviews_sentiment": 24, "sst2": 14}
"""Typical tokens of a text with its padding in a batch of similar lengths."""


@dataclass(frozen=True)
class Cost:
    """What one stage of an earlier run took; ``work`` is in MACs, 0 where nothing was trained."""

    stage: Stage
    seconds: float
    work: float


def forecast(config: RunConfig, store: Store) -> Forecast:
    """What a run is expected to cost on this machine.

    Args:
        config: The run's settings.
        store: Holds this machine's own runs; the latest five of the same model decide.

    Returns:
        Seconds and peak memory in MiB, with the basis they rest on.
    """
    trains_teacher = not teachers.is_cached(config)
    recent = store.recent_costs(config.model)
    costs = [cost for settings, said in recent for cost in _costs(settings, said)]
    needed = memory_mb(config, trains_teacher)
    # an earlier run's measured peak, plus what the estimate says these settings change about it
    peaks = [
        peak + needed - memory_mb(settings, _trained_teacher(said)) for settings, said in recent for peak in _peak(said)
    ]
    return Forecast(
        seconds=sum(
            _times(stage, config) * _stage_seconds(stage, config, trains_teacher, costs) for stage in _stages(config)
        ),
        peak_memory_mb=max(peaks, default=needed),
        basis="recent runs" if recent else "estimate",
    )


def forecast_study(config: StudyConfig, store: Store) -> Forecast:
    """What a study is expected to cost on this machine: one teacher, and all its students' training.

    Its pace comes from ordinary runs of the model. Measuring the cells is left out: it is a small part.

    Args:
        store: As for :func:`forecast`.
    """
    base = config.base
    trains_teacher = not teachers.is_cached(base)
    recent = store.recent_costs(base.model)
    costs = [cost for settings, said in recent for cost in _costs(settings, said)]
    once = sum(_stage_seconds(stage, base, trains_teacher, costs) for stage in ("prepare", "teacher"))
    training = _work("distil", config.entry.trained_examples(config), _costliest(config)) * _pace(
        "distil", base.model, costs
    )
    return Forecast(
        seconds=once + training,
        peak_memory_mb=memory_mb(base, trains_teacher),
        basis="recent runs" if recent else "estimate",
    )


def _costliest(config: StudyConfig) -> RunConfig:
    """The base, with a method that needs the teacher at every step where some cells have one."""
    methods = [value for axis in config.axes if axis.setting == "method" for value in axis.values]
    compared = [method for method in methods if METHODS[str(method)].compares_features]
    return config.base.model_copy(update={"method": compared[0]}) if compared else config.base


def check_fits(config: RunConfig, forecast: Forecast, busy: Collection[int] = ()) -> None:
    """Refuse a run that this machine's free memory does not hold.

    Args:
        busy: As for :func:`simulator.machine.available_memory_mb`.

    Raises:
        DoesNotFit: with what it needs, what there is, and what to change.
    """
    available = available_memory_mb(busy)
    if forecast.peak_memory_mb > available:
        raise DoesNotFit(
            f"This run needs about {forecast.peak_memory_mb:,.0f} MB of memory and {available:,.0f} MB are free.",
            _smaller(config),
        )


def _smaller(config: RunConfig) -> str:
    """What to change so that the run needs less: only what can still be made smaller."""
    kind = MODELS[config.model].kind
    ways = [f"a batch size below {config.batch_size}"] if config.batch_size > 4 else []
    ways += ["image size 32"] if kind == "image" and config.image_size > 32 else []
    ways += ["a smaller student"] if config.student_size > min(MODELS[config.model].student.values) else []
    ways += ["one of the image models"] if kind == "text" else []
    return f"Choose {', or '.join(ways)}; or close other programs." if ways else "Close other programs."


# -- time


def _stages(config: RunConfig) -> list[Stage]:
    stages: list[Stage] = ["prepare", "teacher", "control", "distil", "prune", "recover", "measure"]
    return [stage for stage in stages if stage != "recover" or config.epochs_after_pruning]


def _times(stage: Stage, config: RunConfig) -> int:
    """How often a stage is carried out: the student's once a seed, the teacher's once."""
    return 1 if stage in ("prepare", "teacher") else config.repeats


def _stage_seconds(stage: Stage, config: RunConfig, trains_teacher: bool, costs: list[Cost]) -> float:
    work = _work(stage, _examples(stage, config, trains_teacher), config)
    if work:
        return work * _pace(stage, config.model, costs)
    fixed = [cost.seconds for cost in costs if cost.stage == stage and not cost.work]
    if fixed:
        return median(fixed)
    return SIZES[config.model].measure_seconds if stage == "measure" else FIXED_SECONDS[stage]


def _pace(stage: Stage, model: str, costs: list[Cost]) -> float:
    """Seconds per MAC: of this stage in recent runs, else of any training in them, else estimated.

    All their seconds over all their work, so that a short trial, whose steps are the least of it, has little say.
    """
    trained = [cost for cost in costs if cost.work]
    counted = [cost for cost in trained if cost.stage == stage] or trained
    if not counted:
        return FLOPS_PER_MAC / (matmul_flops() * SIZES[model].efficiency[bfloat16_hardware()])
    return sum(cost.seconds for cost in counted) / sum(cost.work for cost in counted)


def _examples(stage: Stage, config: RunConfig, trains_teacher: bool) -> int:
    """Training examples the stage will see, each epoch anew."""
    if stage == "teacher":
        epochs = teachers.recipe(config.model, _likely_source(config)).epochs if trains_teacher else 0
    else:
        by_stage = {"control": config.epochs, "distil": config.epochs, "recover": config.epochs_after_pruning}
        epochs = by_stage.get(stage, 0)
    return _epoch_examples(stage, config) * epochs


def _epoch_examples(stage: Stage, config: RunConfig) -> int:
    """Training examples of one epoch of a stage."""
    if stage != "teacher":
        return config.train_examples
    return min(max(config.train_examples, teachers.MOST_EXAMPLES), dataset_info(config.dataset).max_train_examples)


def _likely_source(config: RunConfig) -> str:
    """Where the teacher's weights will come from; while that is being found out, what takes longer."""
    if config.weights != "auto":
        return config.weights
    return "pretrained" if weights_state_soon(config.model) in ("cached", "reachable") else "scratch"


def _work(stage: Stage, examples: int, config: RunConfig) -> float:
    """MACs of training on so many examples, and of validation before the first epoch and after each; 0 for a stage
    that does not train.
    """
    if stage not in TRAINING or not examples:
        return 0.0
    share = 1.0 if stage == "teacher" else _student_share(config)
    validated = (examples / _epoch_examples(stage, config) + 1) * dataset_info(config.dataset).validation_examples
    passes = examples * (share * FORWARD_AND_BACKWARD + _teacher_passes(stage, config)) + validated * share
    return passes * _units(config) * SIZES[config.model].macs_per_unit


def _teacher_passes(stage: Stage, config: RunConfig) -> int:
    """Forward passes of the teacher beside each of the student's: one where features are compared."""
    taught = stage == "distil" or (stage == "recover" and config.recovery_with_teacher)
    return int(taught and METHODS[config.method].compares_features)


def _student_share(config: RunConfig) -> float:
    size = SIZES[config.model]
    return float(size.student_share * config.student_size**size.student_power)


def _units(config: RunConfig) -> int:
    """Pixels of a picture, or tokens of a text."""
    if MODELS[config.model].kind == "image":
        return config.image_size**2
    own = record(config.dataset)
    return own.tokens if own else TOKENS[config.dataset]


def _costs(config: RunConfig, said: list[Event]) -> list[Cost]:
    stages = [event for event in said if isinstance(event, StageFinished)]
    return [Cost(e.stage, e.seconds, _work(e.stage, e.examples, config)) for e in stages]


# -- memory


def memory_mb(config: RunConfig, trains_teacher: bool) -> float:
    """Estimated peak memory of a run, MiB.

    A model in training holds its weights, their gradients and AdamW's two moments. At the end the
    student is there in five variants, beside the teacher.
    """
    size, batch = SIZES[config.model], config.batch_size
    teacher = MODELS[config.model].published.parameters
    student = size.fixed_parameters + (teacher - size.fixed_parameters) * _student_share(config)
    activations = batch * _units(config) * size.activation_bytes_per_unit
    while_teacher = FLOAT_BYTES * 4 * teacher + activations if trains_teacher else 0.0
    related = RKD_TENSORS * FLOAT_BYTES * batch**2 * size.feature_width if config.method == "rkd" else 0
    while_student = FLOAT_BYTES * (teacher + (5 + 3) * student) + activations * _student_share(config) + related
    return BASE_MB + max(while_teacher, while_student) / MB


def _peak(said: list[Event]) -> list[float]:
    """A finished run's measured peak; none where it did not say it."""
    return [event.peak_memory_mb for event in said if isinstance(event, RunFinished)]


def _trained_teacher(said: list[Event]) -> bool:
    return any(isinstance(event, StageFinished) and event.stage == "teacher" and event.examples for event in said)
