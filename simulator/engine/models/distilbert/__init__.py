"""DistilBERT (Sanh et al. 2019, arXiv:1910.01108) as a sentence classifier."""

from simulator.engine.models.distilbert.answers import answering_logits, exported_call, logits, usage, written
from simulator.engine.models.distilbert.network import (
    architecture,
    build_student,
    build_teacher,
    check_files,
    feature_places,
    units,
)
from simulator.engine.models.distilbert.structure import build
from simulator.engine.models.distilbert.texts import TOKENIZER_FILE, make_encoder

CLASSIFIER = ("pre_classifier", "classifier")

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
