"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381); its student has a smaller width multiplier."""

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
from simulator.engine.models.mobilenet_v2.network import architecture, build_student, build_teacher, feature_places
from simulator.engine.models.mobilenet_v2.structure import build

CLASSIFIER = ("classifier",)

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
