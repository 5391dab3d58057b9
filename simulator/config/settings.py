"""Every setting of a run with its words, its range and when it applies, in the order of the Lab."""

from __future__ import annotations

from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import ALSO_PRUNE, IMPORTANCES, PRUNING, SCHEDULES, SCOPES
from simulator.config.setting import Setting, Settings


def why_no_temperature(config: Settings) -> str:
    """Some methods compare something else than softened probabilities."""
    method = METHODS[config.method]
    return "" if method.uses_temperature else f"{method.title} does not divide logits by a temperature."


def why_no_target(config: Settings) -> str:
    """The share may be decided by the pattern or by the layers' own shares."""
    if config.pattern.within_fours:
        return "2:4 removes exactly half of every layer that it prunes, so there is nothing to choose."
    if config.by_hand:
        return "Each layer has its own share: write them down above."
    return ""


SETTINGS: dict[str, Setting] = {
    "model": Setting(
        "Model", "The network that is the teacher; the student is a smaller one of its kind.", choices=MODELS
    ),
    "dataset": Setting("Data", "What the models learn to classify."),
    "student_size": Setting("Student size", "How small the student is."),
    "train_examples": Setting(
        "Training examples",
        "How many examples the student learns from. Fewer is faster and harder. The teacher always "
        "learns from all the data (up to 4,000 examples, or as many as the student if that is more).",
        low=64,
        high=60_000,
        step=1,
    ),
    "labels": Setting(
        "Labelled examples",
        "How many of the training examples have a label for the student; the teacher has learnt from all labels. "
        "With few labels the student still learns the teacher's answers to all training examples. Without the "
        "teacher it has the labelled ones only, and sees them more often: both take equally many steps.",
        low=20,
        high=60_000,
        step=1,
    ),
    "method": Setting("Method", "How the student learns from the teacher.", choices=METHODS),
    "temperature": Setting(
        "Temperature T",
        "Divides the logits before softmax. Higher is softer: the wrong classes show more of what the teacher "
        "knows about them.",
        low=1.0,
        high=20.0,
        step=0.5,
        why_fixed=why_no_temperature,
    ),
    "alpha": Setting(
        "Alpha",
        "The weight of the soft loss; 1 - alpha weighs the hard loss. 0 is training without a teacher. (Some "
        "papers use alpha the other way round.) Decoupled distillation (dkd) leaves the hard loss at 1, as its "
        "paper does.",
        low=0.0,
        high=1.0,
        step=0.05,
    ),
    "beta": Setting(
        "Beta",
        "For method dkd: the weight of what the teacher knows about the wrong classes; the true class has 1. Its "
        "paper looks for the best one for each pair of teacher and student.",
        low=0.0,
        high=16.0,
        step=0.5,
        more=True,
        applies=lambda config: METHODS[config.method].uses_beta,
    ),
    "epochs": Setting("Epochs", "How often the student sees every training example.", low=1, high=20, step=1),
    "pruning": Setting(
        "What is removed",
        "Single weights (set to zero, the shape stays), two of every four of them (2:4), or whole channels, "
        "heads and neurons (the model gets physically smaller).",
        choices=PRUNING,
    ),
    "importance": Setting(
        "Importance",
        "The score by which weights are ranked; the lowest go first. Taylor and Wanda look at a few batches of "
        "the student's training examples.",
        choices=IMPORTANCES,
        more=True,
    ),
    "scope": Setting(
        "Ranked",
        "Global: one ranking over all layers. Layer-wise: every layer loses the same share. By hand: what each "
        "layer loses is written down. 2:4 ranks within every four weights, whatever is chosen here.",
        choices=SCOPES,
        applies=lambda config: not config.pattern.within_fours,
    ),
    "layer_sparsity": Setting(
        "Sparsity by layer",
        "For scope by_hand: NAME=SHARE, ... with each weight's name and the share it loses, 0 to 0.95, as in "
        "layer1.0.conv1.weight=0.5, layer2.0.conv1.weight=0.9. Layers that are not named stay dense.",
        applies=lambda config: config.by_hand,
    ),
    "target_sparsity": Setting(
        "Sparsity",
        "The share that is removed: of the weights (unstructured), or of the channels, heads and neurons "
        "(structured). In a global ranking layers lose unequal shares, but heads are always removed layer by "
        "layer. Structured pruning leaves every layer at least 5 %. It is ignored where something else decides: "
        "2:4 always removes half of each layer that it prunes, and by_hand has a share for each layer.",
        low=0.0,
        high=0.95,
        step=0.05,
        flag="sparsity",
        why_fixed=why_no_target,
    ),
    "recovery_epochs": Setting(
        "Recovery epochs", "Fine-tuning after pruning. What was pruned stays pruned.", low=0, high=20, step=1
    ),
    "schedule": Setting(
        "Schedule",
        "When weights go: at once, in rounds, bit by bit during recovery, or at once with the student then "
        "trained again from its start (lottery ticket; lottery_random is its control) for as many epochs as the "
        "distillation.",
        choices=SCHEDULES,
        more=True,
    ),
    "rounds": Setting(
        "Rounds",
        "For schedule iterative: how often the student is pruned and recovers. The recovery epochs are shared "
        "out over the rounds, and each round leaves the same share of what was left.",
        low=2,
        high=10,
        step=1,
        more=True,
        applies=lambda config: SCHEDULES[config.schedule].in_rounds,
    ),
    "recovery_with_teacher": Setting(
        "Soft loss in recovery",
        "Use the same method of distillation while recovering; off: labels only.",
        more=True,
    ),
    "also_prune": Setting(
        "Also prune",
        "Parts that unstructured pruning normally leaves alone, because little is gained and much is lost.",
        choices=ALSO_PRUNE,
        more=True,
        applies=lambda config: config.pattern.any_part and not IMPORTANCES[config.importance].scores_layers_only,
    ),
    "round_to": Setting(
        "Kept in multiples of",
        "For whole channels and neurons: how many each layer keeps is rounded up to a multiple of this, as "
        "kernels compute several at once; 1 rounds nothing. Heads are never rounded, because they are few and "
        "each is wide.",
        choices={1: "1 (no rounding)", 4: "4", 8: "8"},
        more=True,
        applies=lambda config: config.pattern.removes_units,
    ),
    "image_size": Setting(
        "Image size",
        "Pixels a side. 64 takes about four times as long.",
        choices={32: "32 px", 64: "64 px"},
        more=True,
        applies=lambda config: MODELS[config.model].kind == "image",
    ),
    "learning_rate": Setting(
        "Learning rate",
        "The highest learning rate of the student's stages; it warms up and then decays.",
        low=1e-6,
        high=0.1,
        more=True,
    ),
    "batch_size": Setting("Batch size", "Examples in one step.", low=4, high=256, step=1, more=True),
    "weights": Setting(
        "Teacher's weights",
        "auto: published weights if they are available, else from scratch. pretrained: published weights or an "
        "error. scratch: random weights, trained here only.",
        choices={"auto": "Published if available", "pretrained": "Published", "scratch": "From scratch"},
        more=True,
    ),
    "seed": Setting(
        "Seed",
        "Decides every random choice of the student; the teacher has a seed of its own. Equal results need the "
        "same kind of processor, the same number of threads and the same library versions as well; on a GPU they "
        "always differ a little.",
        low=0,
        high=2**31 - 1,
        step=1,
        more=True,
    ),
    "repeats": Setting(
        "Repeats",
        "How often the student's stages are carried out, with the seeds seed, seed + 1, ... and one teacher. "
        "Figures are then means, with their standard deviation over the seeds.",
        low=1,
        high=5,
        step=1,
        more=True,
    ),
}
