"""Where each control stands in the Lab: three sliders at the top, all others in three cards."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.figures import numbers
from ui.settings import fields

SLIDERS = ("temperature", "epochs", "target_sparsity")
"""The settings that most runs change."""


@dataclass(frozen=True)
class Card:
    """Settings that stand together.

    Attributes:
        key: The key of its place on the screen.
        about: What the settings are for; the glossary explains the ``terms`` in it.
        names: All settings, in their order.
        named: Those whose values the folded card shows.
    """

    key: str
    title: str
    icon: str
    about: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    named: tuple[str, ...]

    def shown(self, config: RunConfig, more: bool = False) -> list[str]:
        """List the settings that apply: the usual ones or, with ``more``, those for a closer look."""
        return [name for name in self.names if SETTINGS[name].more == more and SETTINGS[name].applies(config)]

    def summary(self, config: RunConfig) -> str:
        """Return the values that the folded card shows, in one line."""
        return ", ".join(in_brief(name, config) for name in self.worth_naming(config))

    def worth_naming(self, config: RunConfig) -> list[str]:
        """List the settings in that line: those that apply; the number of labels only if some are hidden."""
        hidden = ("labels",) if config.has_all_labels else ()
        return [name for name in self.named if SETTINGS[name].applies(config) and name not in hidden]


CARDS = (
    Card(
        key="card_data",
        title="Model and data",
        icon=":material/schema:",
        about="A large network is the teacher; the student is a smaller one of its kind.",
        terms=("teacher", "student"),
        names=("model", "dataset", "student_size", "train_examples", "labels", "image_size", "weights"),
        named=("model", "dataset", "student_size", "train_examples", "labels"),
    ),
    Card(
        key="card_distillation",
        title="Distillation",
        icon=":material/thermostat:",
        about="The student learns from the true labels and from the method's soft loss at once.",
        terms=("logits", "soft targets", "temperature", "alpha", "soft loss", "hard loss"),
        names=("method", "alpha", "beta", "learning_rate", "batch_size", "seed", "repeats"),
        named=("method", "alpha"),
    ),
    Card(
        key="card_pruning",
        title="Pruning",
        icon=":material/content_cut:",
        about="Then the student's least important weights are removed.",
        terms=("importance", "mask", "sparsity"),
        names=(
            "pruning", "scope", "layer_sparsity", "recovery_epochs", "importance", "schedule", "rounds",
            "recovery_with_teacher", "also_prune", "round_to",
        ),
        named=("pruning", "scope", "recovery_epochs"),
    ),
)  # fmt: skip


COUNTED = {
    "epochs": "epoch", "recovery_epochs": "recovery epoch", "rounds": "round", "repeats": "repeat",
}  # fmt: skip

IN_BRIEF = {
    "train_examples": "{} examples",
    "labels": "{} labelled",
    "temperature": "T = {}",
    "alpha": "alpha = {}",
    "beta": "beta = {}",
    "target_sparsity": "{} cut",
    "learning_rate": "learning rate {}",
    "batch_size": "batch size {}",
    "seed": "seed {}",
    "also_prune": "also prunes {}",
    "weights": "teacher's weights: {}",
    "recovery_with_teacher": "soft loss in recovery: {}",
    "round_to": "multiples of {}",
    "importance": "{} importance",
}


def in_brief(name: str, config: RunConfig) -> str:
    """Return a setting's value so that it explains itself without the setting's title."""
    if name in COUNTED:
        return numbers.several(getattr(config, name), COUNTED[name])
    value = fields.written(name, config)
    match name:
        case "scope" | "schedule" | "importance" | "weights":
            value = fields.in_a_sentence(value)
        case "layer_sparsity":
            return f"{numbers.several(len(config.layer_shares), 'share')} by hand"
    return IN_BRIEF.get(name, "{}").format(value)
