"""RunConfig: the one source for the CLI's flags, the sliders' bounds and help, the URL's parameters,
validation and the stored record."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS, USUAL_BETA
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.catalog.pruning import TRAIN_AGAIN, TWO_OF_FOUR_SPARSITY
from simulator.config import pruning_rules
from simulator.config.layer_shares import as_text, parse, tidy
from simulator.data.own_data import check_here, dataset_info, datasets_for, record
from simulator.errors import InvalidConfig, NotAvailable
from simulator.events.fields import Record

ModelName = Literal["distilbert", "t5_small", "mobilenet_v2", "resnet18"]
AlsoPrune = Literal["embeddings", "norms", "biases", "classifier"]
Pattern = Literal["unstructured", "2:4", "structured"]
Method = Literal["kd", "dkd", "dist", "reverse_kl", "rkd", "hint", "attention", "cosine", "label_smoothing"]
Importance = Literal["magnitude", "random", "taylor", "wanda", "batchnorm_scale"]
Scope = Literal["global", "layer_wise", "by_hand"]
Schedule = Literal["one_shot", "iterative", "cubic", "lottery", "lottery_random"]


def _number(value: Any) -> Any:
    """Digits as the number they are: pydantic reads text as an int, but not as one of a Literal's ints."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _known_data(name: str) -> str:
    """A shipped data set, or an own one of this server (a removed one too: runs on it stay readable)."""
    if name not in DATASETS and record(name) is None:
        raise ValueError(f"choose one of {', '.join(DATASETS)}, or a data set that was uploaded here")
    return name


DatasetName = Annotated[str, AfterValidator(_known_data)]


def setting(
    default: Any, label: str, help: str, *, step: float | None = None, more: bool = False, flag: str = "", **bounds: Any
) -> Any:
    """A field of RunConfig with what a slider needs to know of it.

    Args:
        default: The value a student starts with; None where it depends on the model.
        label: The words beside the control.
        help: One or two sentences for a student.
        step: The slider's step.
        more: Whether the control stands under "More".
        flag: The command line's flag, where it is not the field's name.
        bounds: pydantic's ``ge`` and ``le``.
    """
    extra: dict[str, Any] = {"label": label, "step": step, "more": more, "flag": flag}
    return Field(default, description=help, json_schema_extra=extra, **bounds)


class RunConfig(Record):
    """Everything that decides a run.

    Equal configs give equal losses and metrics on the CPU of the same kind of machine, with equally many threads and
    equal versions of the libraries; a GPU adds numbers up in any order.

    Fields that are None when given are filled in from the catalogue, so that a stored record
    always holds the values that were used.
    """

    model: ModelName = setting(
        DEFAULT_MODEL, "Model", "The network that is the teacher; the student is a smaller one of its kind."
    )
    dataset: DatasetName = setting(None, "Data", "What the models learn to classify.")
    student_size: float = setting(None, "Student size", "How small the student is.")
    train_examples: int = setting(
        None,
        "Training examples",
        "How many labelled examples the student learns from. Fewer is faster and harder. The teacher always learns "
        "from all the data (up to 4,000 examples, or as many as the student if that is more).",
        step=1,
        ge=64,
        le=60_000,
    )
    method: Method = setting("kd", "Method", "How the student learns from the teacher.")
    temperature: float = setting(
        4.0,
        "Temperature T",
        "Divides the logits before softmax. Higher is softer: the wrong classes "
        "show more of what the teacher knows about them.",
        step=0.5,
        ge=1.0,
        le=20.0,
    )
    alpha: float = setting(
        None,
        "Alpha",
        "The weight of the soft loss; 1 - alpha weighs the hard loss. 0 is training without "
        "a teacher. (Some papers use alpha the other way round.) Decoupled distillation (dkd) leaves the hard loss at "
        "1, as its paper does.",
        step=0.05,
        ge=0.0,
        le=1.0,
    )
    beta: float = setting(
        USUAL_BETA,
        "Beta",
        "For method dkd: the weight of what the teacher knows about the wrong classes; the true class has 1. Its paper "
        "looks for the best one for each pair of teacher and student.",
        step=0.5,
        more=True,
        ge=0.0,
        le=16.0,
    )
    epochs: int = setting(None, "Epochs", "How often the student sees every training example.", step=1, ge=1, le=20)
    pruning: Pattern = setting(
        "unstructured",
        "What is removed",
        "Single weights (set to zero, the shape stays), two of every four of them (2:4), or whole channels, "
        "heads and neurons (the model gets physically smaller).",
    )
    importance: Importance = setting(
        "magnitude",
        "Importance",
        "The score by which weights are ranked; the lowest go first. Taylor and Wanda look at a few batches of the "
        "student's training examples.",
        more=True,
    )
    scope: Scope = setting(
        "global",
        "Ranked",
        "Global: one ranking over all layers. Layer-wise: every layer loses the same share. By hand: what each layer "
        "loses is written down. 2:4 ranks within every four weights, whatever is chosen here.",
    )
    layer_sparsity: Annotated[str, BeforeValidator(as_text), AfterValidator(tidy)] = setting(
        "",
        "Sparsity by layer",
        "For scope by_hand: NAME=SHARE, ... with each weight's name and the share it loses, 0 to 0.95, as in "
        "layer1.0.conv1.weight=0.5, layer2.0.conv1.weight=0.9. Layers that are not named stay dense.",
    )
    target_sparsity: float = setting(
        0.5,
        "Sparsity",
        "The share that is removed: of the weights (unstructured), or of the channels, heads and neurons "
        "(structured). In a global ranking layers lose unequal shares, but heads are always removed layer by "
        "layer. Structured pruning leaves every layer at least 5 %. It has no say where the share is settled "
        "otherwise: 2:4 always removes half of each layer that it prunes, and by_hand has a share for each layer.",
        step=0.05,
        flag="sparsity",
        ge=0.0,
        le=0.95,
    )
    recovery_epochs: int = setting(
        2,
        "Recovery epochs",
        "Fine-tuning after pruning. What was pruned stays pruned.",
        step=1,
        ge=0,
        le=20,
    )
    schedule: Schedule = setting(
        "one_shot",
        "Schedule",
        "When weights go: at once, in rounds, bit by bit during recovery, or at once with the student then trained "
        "again from its start (lottery ticket; lottery_random is its control) for as many epochs as the distillation.",
        more=True,
    )
    rounds: int = setting(
        3,
        "Rounds",
        "For schedule iterative: how often the student is pruned and recovers. The recovery epochs are shared out "
        "over the rounds, and each round leaves the same share of what was left.",
        step=1,
        more=True,
        ge=2,
        le=10,
    )
    recovery_with_teacher: bool = setting(
        True,
        "Soft loss in recovery",
        "Use the same method of distillation while recovering; off: labels only.",
        more=True,
    )
    also_prune: tuple[AlsoPrune, ...] = setting(
        (),
        "Also prune",
        "Parts that unstructured pruning normally leaves alone, because little is gained and much is lost.",
        more=True,
    )
    round_to: Annotated[Literal[1, 4, 8], BeforeValidator(_number)] = setting(
        1,
        "Kept in multiples of",
        "For whole channels and neurons: how many each layer keeps is rounded up to a multiple of this, as kernels "
        "compute several at once; 1 rounds nothing. Heads are never rounded, for they are few and each is wide.",
        more=True,
    )
    image_size: Annotated[Literal[32, 64], BeforeValidator(_number)] = setting(
        32, "Image size", "Pixels a side. 64 takes about four times as long.", more=True
    )
    learning_rate: float = setting(
        None,
        "Learning rate",
        "The highest learning rate of the student's stages; it warms up and then decays.",
        more=True,
        ge=1e-6,
        le=0.1,
    )
    batch_size: int = setting(None, "Batch size", "Examples in one step.", step=1, more=True, ge=4, le=256)
    weights: Literal["auto", "pretrained", "scratch"] = setting(
        "auto",
        "Teacher's weights",
        "auto: published weights if they can be had, else from scratch. pretrained: "
        "published weights or an error. scratch: random weights, trained here only.",
        more=True,
    )
    seed: int = setting(
        0,
        "Seed",
        "Decides every random choice of the student; the teacher has a seed of its own. Equal results need the same "
        "kind of processor, the same number of threads and the same library versions as well; on a GPU they always "
        "differ a little.",
        step=1,
        more=True,
        ge=0,
        le=2**31 - 1,
    )
    repeats: int = setting(
        1,
        "Repeats",
        "How often the student's stages are carried out, with the seeds seed, seed + 1, ... and one teacher. "
        "Figures are then means, with their standard deviation over the seeds.",
        step=1,
        more=True,
        ge=1,
        le=5,
    )

    @model_validator(mode="before")
    @classmethod
    def fill_in_defaults(cls, data: Any) -> Any:
        """Take what depends on the model or the data set from the catalogue where nothing was given."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        model = MODELS.get(str(data.setdefault("model", DEFAULT_MODEL)))  # a list, say, is refused below
        if model is None:
            return data
        defaults = {
            "dataset": model.default_dataset,
            "student_size": model.student.default,
            "epochs": model.student_recipe.epochs,
            "learning_rate": model.student_recipe.learning_rate,
            "batch_size": model.student_recipe.batch_size,
        }
        for name, value in defaults.items():
            if data.get(name) is None:
                data[name] = value
        name = data["dataset"]
        if data.get("train_examples") is None and isinstance(name, str) and (name in DATASETS or record(name)):
            data["train_examples"] = min(dataset_info(name).max_train_examples, DEFAULT_TRAIN_EXAMPLES)
        method = METHODS.get(str(data.get("method", "kd")))
        if method is not None and data.get("alpha") is None:
            data["alpha"] = method.alpha
        if data.get("pruning") == "2:4":
            data["target_sparsity"] = TWO_OF_FOUR_SPARSITY  # whatever was asked for: the record holds what is used
        return data

    @model_validator(mode="after")
    def check_combinations(self) -> Self:
        """Refuse settings that do not go together, naming what does."""
        model, dataset = MODELS[self.model], dataset_info(self.dataset)
        if dataset.kind != model.kind:
            allowed = ", ".join(d.name for d in datasets_for(self.model))
            raise ValueError(
                f"dataset {self.dataset} is {dataset.kind} data and {self.model} reads {model.kind}: choose {allowed}"
            )
        if self.student_size not in model.student.values:
            allowed = ", ".join(f"{v:g}" for v in model.student.values)
            raise ValueError(
                f"student_size {self.student_size:g} does not exist for {self.model}: "
                f"choose {model.student.unit} {allowed}"
            )
        if self.train_examples > dataset.max_train_examples:
            raise ValueError(
                f"train_examples {self.train_examples} is more than {self.dataset} has: "
                f"choose at most {dataset.max_train_examples}"
            )
        if len(dataset.class_names) < METHODS[self.method].fewest_classes:
            raise ValueError(
                f"method {self.method} is degenerate on {self.dataset}, which has {len(dataset.class_names)} classes: "
                "it teaches how the wrong classes differ, and there is only one wrong class; choose another method, "
                "or a data set of three classes or more"
            )
        pruning_rules.check(self)
        return self

    @property
    def layer_shares(self) -> dict[str, float]:
        """``layer_sparsity`` as parameter name -> share to remove."""
        return parse(self.layer_sparsity)

    @property
    def epochs_after_pruning(self) -> int:
        """How long the pruned student is trained: its recovery, or a lottery ticket's whole training."""
        return self.epochs if self.schedule in TRAIN_AGAIN else self.recovery_epochs


DEFAULT_TRAIN_EXAMPLES = 2_400


def make_config(values: dict[str, Any]) -> RunConfig:
    """A RunConfig from plain values, for a run that is still to come: its data must be here.

    Raises:
        InvalidConfig: with every setting that is wrong, its value and its range.
    """
    try:
        config = RunConfig.model_validate(values)
        check_here(config.dataset)
        return config
    except NotAvailable as gone:
        raise InvalidConfig(gone.message, gone.advice) from None
    except ValidationError as error:
        problems = []
        for e in error.errors():
            where = ".".join(_field_and_flag(str(part)) for part in e["loc"])
            message = e["msg"].removeprefix("Value error, ")
            problems.append(f"{where} is {e['input']!r}: {message}" if where else message)
        raise InvalidConfig("; ".join(problems) + ".") from None


def _field_and_flag(name: str) -> str:
    """A field's name, and the command line's where it is another: target_sparsity (--sparsity)."""
    extra: Any = RunConfig.model_fields[name].json_schema_extra if name in RunConfig.model_fields else {}
    return f"{name} (--{extra['flag']})" if extra.get("flag") else name
