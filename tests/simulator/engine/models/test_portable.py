"""What is exported comes back: every architecture, whole and structurally pruned."""

import json

import pytest
import torch

from simulator.engine.measure.size import save_model
from simulator.engine.models import MODULES, portable
from simulator.engine.pruning.channels import prune_channels
from simulator.engine.pruning.heads import prune_transformer
from simulator.engine.pruning.importance import Calibration
from simulator.engine.pruning.units import Cut
from tests.small_models import small_distilbert, small_t5, token_batch

NO_DATA = Calibration(lambda model, batch: model(**batch), (), seed=0)


def round_trip(model, name, size, folder):
    save_model(model, folder / portable.WEIGHTS_FILE)
    architecture = MODULES[name].architecture(model, size)
    (folder / portable.ARCHITECTURE_FILE).write_text(json.dumps(architecture))
    return portable.restore(folder, MODULES[name].build)


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.95])
@pytest.mark.parametrize(("name", "make"), [("distilbert", small_distilbert), ("t5_small", small_t5)])
def test_transformers(name, make, sparsity, tmp_path):
    model = make()
    prune_transformer(model, MODULES[name], Cut("global", sparsity, "magnitude"), NO_DATA)
    back = round_trip(model, name, 2, tmp_path)
    logits, batch = MODULES[name].logits, token_batch()
    assert torch.equal(logits(back, batch), logits(model.eval(), batch))
    assert sum(p.numel() for p in back.parameters()) == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("sparsity", [0.0, 0.5])
@pytest.mark.parametrize(("name", "size"), [("resnet18", 0.25), ("resnet18", 1.0), ("mobilenet_v2", 0.35)])
def test_students_of_cnns(name, size, sparsity, tmp_path):
    module = MODULES[name]
    teacher = module.build(
        {"resnet18": {"model_type": "resnet", "blocks": 2}, "mobilenet_v2": {"model_type": name}}[name]
        | {"width": 1.0, "num_classes": 10}
    )
    student = module.build_student(teacher, size, seed=0)
    pixels = torch.randn(2, 3, 32, 32)
    if sparsity:
        cut = Cut("layer_wise", sparsity, "magnitude")
        prune_channels(student, pixels[:1], module.classifier, cut, NO_DATA)
    back = round_trip(student, name, size, tmp_path)
    assert torch.allclose(back(pixels), student.eval()(pixels), atol=1e-6)


def test_a_file_that_lacks_a_tensor_is_refused(tmp_path):
    model = small_distilbert()
    architecture = MODULES["distilbert"].architecture(model, None)
    tensors = {n: t for n, t in model.state_dict().items() if n != "classifier.bias"}
    with pytest.raises(ValueError, match=r"classifier\.bias"):
        portable.fill(MODULES["distilbert"].build(architecture), tensors)
