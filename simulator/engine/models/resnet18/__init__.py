"""ResNet-18 (He et al. 2015, arXiv:1512.03385); its student has one block a stage, and a width."""

from simulator.engine.models.images import (
    TOKENIZER_FILE,
    answering_logits,
    check_files,
    exported_call,
    logits,
    make_encoder,
    units,
    usage,
    written,
)
from simulator.engine.models.resnet18.network import architecture, build_student, build_teacher, feature_places
from simulator.engine.models.resnet18.structure import build

CLASSIFIER = ("fc",)

__all__ = [
    "CLASSIFIER",
    "TOKENIZER_FILE",
    "answering_logits",
    "architecture",
    "build",
    "build_student",
    "build_teacher",
    "check_files",
    "exported_call",
    "feature_places",
    "logits",
    "make_encoder",
    "units",
    "usage",
    "written",
]
