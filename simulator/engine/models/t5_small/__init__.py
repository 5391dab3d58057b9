"""T5-small (Raffel et al. 2020, arXiv:1910.10683): text in, a label word out."""

from simulator.engine.models.t5_small.answers import answering_logits, exported_call, logits, usage, written
from simulator.engine.models.t5_small.network import (
    architecture,
    build_student,
    build_teacher,
    check_files,
    feature_places,
    units,
)
from simulator.engine.models.t5_small.structure import build
from simulator.engine.models.t5_small.texts import TOKENIZER_FILE, make_encoder

CLASSIFIER: tuple[str, ...] = ()

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
