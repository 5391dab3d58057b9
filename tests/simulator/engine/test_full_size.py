"""The four real models at full size through the whole pipeline, by its command, with few examples and epochs.

Teachers are trained for as long as their recipe says, so their accuracy is checked too.
"""

import json

import pytest
import torch
from safetensors.torch import load_file

import simulator.cli.main as cli
from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.engine.datasets import load
from simulator.engine.models import MODULES, portable
from tests import exported

MINUTES = {"distilbert": 5, "t5_small": 4, "mobilenet_v2": 1, "resnet18": 1}
TEACHER_AT_LEAST = {"distilbert": 0.70, "t5_small": 0.70, "mobilenet_v2": 0.97, "resnet18": 0.97}
STUDENT = {
    "distilbert": ["--student-size", "2"],
    "t5_small": ["--student-size", "2", "--pruning", "structured"],
    "mobilenet_v2": ["--student-size", "0.35"],
    "resnet18": ["--pruning", "structured"],
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow(minutes=MINUTES[name])) for name in MODELS])
def test_a_run_of_the_real_model(name, tmp_path):
    out, export = tmp_path / "out.json", tmp_path / "export"
    few = ["--train-examples", "256", "--epochs", "1", "--recovery-epochs", "1", "--weights", "scratch", *STUDENT[name]]
    assert cli.main(["run", "--model", name, *few, "--json", str(out), "--export", str(export)]) == 0
    variants = {v["name"]: v for v in json.loads(out.read_text())["variants"]}
    assert list(variants) == ["teacher", "control", "distilled", "pruned", "recovered"]
    assert variants["teacher"]["accuracy"] >= TEACHER_AT_LEAST[name]
    for variant in variants.values():
        recount(name, variant, export / variant["name"])


def recount(name, variant, folder):
    """Parameters, zeros, bytes and accuracy from the exported files alone."""
    model, file = exported.load(folder), folder / portable.WEIGHTS_FILE
    parameters = [t for n, t in load_file(file).items() if n in dict(model.named_parameters())]
    assert variant["parameters"] == sum(t.numel() for t in parameters)
    assert variant["nonzero_parameters"] == sum(int(t.count_nonzero()) for t in parameters)
    assert variant["size_bytes"] == file.stat().st_size
    dataset = MODELS[name].default_dataset
    test = load(dataset).test
    module = MODULES[name]
    encode = module.make_encoder((), DATASETS[dataset].label_words, SimpleWeights(folder), folder, 32)
    with torch.no_grad():
        batches = [encode(test.inputs[i : i + 50]) for i in range(0, len(test), 50)]
        predicted = torch.cat([module.logits(model, batch).argmax(1) for batch in batches])
    right = int((predicted.numpy() == test.labels).sum())
    assert abs(variant["accuracy"] - right / len(test)) <= 1 / len(test)  # padding moves the last bits of a logit


class SimpleWeights:
    """Tells the encoder to take the exported tokenizer."""

    def __init__(self, folder):
        self.folder = folder
