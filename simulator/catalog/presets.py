"""Settings of a run that go with a question. A preset promises no answer: docs/recipes.md says what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.catalog.model_info import Kind
from simulator.catalog.models import DEFAULT_MODEL, MODELS


@dataclass(frozen=True)
class Preset:
    """A question to the Lab.

    Attributes:
        question: What a run with these settings is about.
        look_at: Where its answer stands.
        settings: Those that differ from the defaults, by the names of RunConfig's fields.
    """

    name: str
    title: str
    question: str
    look_at: str
    settings: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """What the preset's model reads."""
        return MODELS[self.settings.get("model", DEFAULT_MODEL)].kind


FEW_LABELS = {"student_size": 0.25, "labels": 50, "epochs": 8}
FEW_TEXTS = {"model": "distilbert", "student_size": 1, "labels": 50}

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="few_labels",
            title="Few labels",
            question="Only 50 pictures have a label for the student; its teacher answers all the others. What is that "
            "worth?",
            look_at="the accuracy of the control and of the distilled student.",
            settings=FEW_LABELS,
        ),
        Preset(
            name="plenty",
            title="Plenty of labels",
            question="Now every example has a label. Does it still help to have a teacher?",
            look_at="the accuracy of the control and of the distilled student, and whether chance could explain the "
            "difference.",
            settings={"student_size": 0.25, "epochs": 8},
        ),
        Preset(
            name="cut_90",
            title="Cut 90\N{NO-BREAK SPACE}%",
            question="Nine of ten weights are set to zero. What does that cost, and how much of it comes back?",
            look_at="the accuracy of the distilled, the pruned and the recovered student, and their latency.",
            settings={"target_sparsity": 0.9},
        ),
        Preset(
            name="cut_channels",
            title="Cut channels",
            question="Half of the channels are cut out, so the network really is smaller. Is it faster, too?",
            look_at="parameters, MACs and latency of the distilled and the recovered student.",
            settings={"pruning": "structured"},
        ),
        Preset(
            name="too_hot",
            title="Too hot",
            question="T = 20 makes the soft targets much flatter. Does the student still learn anything from them?",
            look_at="the accuracy of the control and of the distilled student; then set T to 4 and run again.",
            settings={**FEW_LABELS, "temperature": 20.0},
        ),
        Preset(
            name="five_seeds",
            title="Five seeds",
            question="Few labels again, with five students. Would other seeds have given the same answer?",
            look_at="the means of the control and of the distilled student, and how far the seeds differ.",
            settings={**FEW_LABELS, "repeats": 5},
        ),
        Preset(
            name="usual",
            title="Usual settings",
            question="What do distillation and pruning change when no setting is moved?",
            look_at="the sentences above the table: each says whether chance could explain the difference.",
            settings={},
        ),
        Preset(
            name="text_few_labels",
            title="Few labels",
            question="Only 50 texts have a label for the student; its teacher answers all the others. What is that "
            "worth?",
            look_at="the accuracy of the control and of the distilled student.",
            settings=FEW_TEXTS,
        ),
        Preset(
            name="text_plenty",
            title="Plenty of labels",
            question="Now every example has a label. Does it still help to have a teacher?",
            look_at="the accuracy of the control and of the distilled student, and whether chance could explain the "
            "difference.",
            settings={"model": "distilbert", "student_size": 1},
        ),
        Preset(
            name="text_cut_90",
            title="Cut 90\N{NO-BREAK SPACE}%",
            question="Nine of ten weights in the layers are set to zero. What does that cost, and how much of it comes "
            "back?",
            look_at="the accuracy of the distilled, the pruned and the recovered student, and their latency.",
            settings={"model": "distilbert", "target_sparsity": 0.9},
        ),
        Preset(
            name="text_cut_heads",
            title="Cut heads",
            question="Half of the heads and neurons are cut out, so the network really is smaller. Is it faster, too?",
            look_at="parameters, MACs and latency of the distilled and the recovered student.",
            settings={"model": "distilbert", "pruning": "structured"},
        ),
        Preset(
            name="text_too_hot",
            title="Too hot",
            question="T = 20 makes the soft targets much flatter. Does the student still learn anything from them?",
            look_at="the accuracy of the control and of the distilled student; then set T to 4 and run again.",
            settings={**FEW_TEXTS, "temperature": 20.0},
        ),
    )
}

FIRST: dict[Kind, str] = {"image": "few_labels", "text": "text_few_labels"}
"""Where the Lab starts, and where it goes when somebody asks for the other kind of data."""
