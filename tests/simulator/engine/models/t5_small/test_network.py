"""T5 made smaller, and where its parts lie."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.models import MODULES
from simulator.engine.models.t5_small import network
from tests.small_models import small_t5, token_batch


@pytest.mark.parametrize(("size", "copied"), [(1, [0]), (2, [0, 3])])
def test_a_student_has_the_teachers_embeddings_norms_and_evenly_spaced_layers(size, copied):
    teacher = small_t5(layers=4)
    student = network.build_student(teacher, size, seed=0)
    theirs = teacher.state_dict()
    for name, value in student.state_dict().items():
        head, _, rest = name.partition("block.")
        number, _, inside = rest.partition(".")
        source = f"{head}block.{copied[int(number)]}.{inside}" if rest else name
        assert torch.equal(value, theirs[source]), name
    assert len(student.encoder.block) == len(student.decoder.block) == size


def test_a_student_of_all_layers_answers_as_its_teacher():
    teacher = small_t5()
    student = network.build_student(teacher, 2, seed=0).eval()
    logits = MODULES["t5_small"].logits
    torch.testing.assert_close(logits(student, token_batch()), logits(teacher, token_batch()))


def test_self_attentions_of_a_stack_lose_the_same_heads_and_cross_attentions_their_own():
    model = small_t5(layers=3)
    neurons, heads = network.units(model)
    assert len(neurons) == 6
    assert [len(unit.outer) for unit in heads] == [3, 3, 1, 1, 1]
    biases = [stack.block[0].layer[0].SelfAttention.relative_attention_bias for stack in (model.encoder, model.decoder)]
    assert [unit.position_bias for unit in heads] == [*biases, None, None, None]
