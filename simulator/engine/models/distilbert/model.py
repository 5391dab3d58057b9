"""DistilBERT (Sanh et al. 2019, arXiv:1910.01108) as a sentence classifier."""

from simulator.engine.models.base import Model
from simulator.engine.models.distilbert import answers, network, structure, texts

MODEL = Model(
    classifier=("pre_classifier", "classifier"),
    tokenizer_file=texts.TOKENIZER_FILE,
    build_teacher=network.build_teacher,
    build_student=network.build_student,
    make_encoder=texts.make_encoder,
    logits=answers.logits,
    answering_logits=answers.answering_logits,
    exported_call=answers.exported_call,
    units=network.units,
    feature_places=network.feature_places,
    architecture=network.architecture,
    build=structure.build,
    usage=answers.usage,
    written=answers.written,
    check_files=network.check_files,
)
