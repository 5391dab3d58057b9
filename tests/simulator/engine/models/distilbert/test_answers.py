"""DistilBERT's answer: from the first position of its last layer, and nothing else is worked out for it."""

from __future__ import annotations

from simulator.engine.models import MODULES
from simulator.engine.models.text import MAX_TOKENS
from tests.small_models import small_distilbert, token_batch


def test_distilberts_last_layer_works_out_a_single_position():
    model, batch = small_distilbert(), token_batch()
    widths = []
    model.distilbert.transformer.layer[-1].ffn.lin1.register_forward_hook(lambda *x: widths.append(x[2].shape[1]))
    MODULES["distilbert"].answering_logits(model, batch)
    MODULES["distilbert"].logits(model, batch)
    assert widths == [1, 7]


def test_the_example_of_the_readme_cuts_texts_as_training_did():
    usage = MODULES["distilbert"].usage(("bad", "good"), 32)
    assert f"enable_truncation({MAX_TOKENS})" in usage
    compile(usage, "README", "exec")
