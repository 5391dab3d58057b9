"""DistilBERT made smaller, and where its parts lie."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.models import MODULES
from simulator.engine.models.distilbert import network
from tests.small_models import small_distilbert, token_batch


@pytest.mark.parametrize(("size", "copied"), [(1, [0]), (2, [0, 3]), (4, [0, 1, 2, 3])])
def test_a_student_has_the_teachers_embeddings_classifier_and_evenly_spaced_layers(size, copied):
    teacher = small_distilbert(layers=4)
    student = network.build_student(teacher, size, seed=0)
    mine, theirs = student.state_dict(), teacher.state_dict()
    for name, value in mine.items():
        head, _, rest = name.partition("transformer.layer.")
        number, _, inside = rest.partition(".")
        source = f"{head}transformer.layer.{copied[int(number)]}.{inside}" if rest else name
        assert torch.equal(value, theirs[source]), name
    assert len(student.distilbert.transformer.layer) == size


def test_a_student_of_all_layers_answers_as_its_teacher():
    teacher = small_distilbert()
    student = network.build_student(teacher, 2, seed=0).eval()
    logits = MODULES["distilbert"].logits
    torch.testing.assert_close(logits(student, token_batch()), logits(teacher, token_batch()))


def test_every_layer_has_its_neurons_its_heads_and_where_they_look():
    model = small_distilbert(layers=3)
    neurons, heads = network.units(model)
    layers = model.distilbert.transformer.layer
    assert [(unit.up, unit.down) for unit in neurons] == [(layer.ffn.lin1, layer.ffn.lin2) for layer in layers]
    assert [unit.width for unit in heads] == [6, 6, 6]
    assert [look.query for look in network.feature_places(model).looks] == [layer.attention.q_lin for layer in layers]


def test_heads_look_as_the_model_scales_them():
    model = small_distilbert()
    look = network.feature_places(model).looks[0]
    query, key = torch.randn(2, 1, 4, 3, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(look.scores(query, key), torch.einsum("bhqw,bhkw->bhqk", query, key) * 6**-0.5)
