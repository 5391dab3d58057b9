"""Figures that others published for published weights, measured again by our own code.

docs/published_figures.md gives the source of each figure, and says which cannot be measured here.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from torchvision.models import MobileNet_V2_Weights
from torchvision.models.quantization import MobileNet_V2_QuantizedWeights
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from simulator.engine.datasets import sst2
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.training import predict
from simulator.engine.measure.quality import measure_quality
from simulator.engine.models import MODULES
from simulator.errors import NotAvailable

DOCS = Path(__file__).parents[3] / "docs/published_figures.md"
REPOSITORY, REVISION = "distilbert/distilbert-base-uncased-finetuned-sst-2-english", "714eb0f"


@pytest.fixture
def fine_tuned():
    """The folder of the published weights; the test is skipped where they cannot be fetched."""
    try:
        return snapshot_download(
            REPOSITORY, revision=REVISION, allow_patterns=["*.safetensors", "*.json", "vocab.txt"], etag_timeout=5
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        pytest.skip(f"{REPOSITORY} cannot be fetched: {error}")


@pytest.fixture
def sentences():
    """SST-2's published validation split, whose labels are known; the test is skipped where it cannot be fetched."""
    try:
        return sst2.load().test
    except NotAvailable as error:
        pytest.skip(str(error))


@pytest.mark.internet
def test_distilbert_on_sst2(fine_tuned, sentences):
    model = AutoModelForSequenceClassification.from_pretrained(fine_tuned, use_safetensors=True)
    tokens = AutoTokenizer.from_pretrained(fine_tuned)(sentences.inputs, padding=True, return_tensors="pt")
    examples = Examples({k: tokens[k] for k in ("input_ids", "attention_mask")}, torch.from_numpy(sentences.labels))
    logits = predict(model, MODULES["distilbert"].logits, examples, bfloat16=False)
    measured = measure_quality(logits, examples.labels)
    assert measured.test_examples == 872
    assert measured.accuracy == pytest.approx(0.9105504587155964, abs=1 / 872)  # one sentence may round otherwise
    (_, wrongly_positive), (_, positive) = measured.confusion
    assert positive / (positive + wrongly_positive) == pytest.approx(0.8978260869565218, abs=0.003)
    assert positive / np.sum(measured.confusion[1]) == pytest.approx(0.9301801801801802, abs=0.003)


@pytest.mark.parametrize(
    ("weights", "written"),
    [
        (MobileNet_V2_Weights.IMAGENET1K_V1, "71.878 %"),
        (MobileNet_V2_QuantizedWeights.IMAGENET1K_QNNPACK_V1, "71.658 %"),
    ],
)
def test_the_page_holds_torchvisions_own_figures(weights, written):
    """ImageNet's validation pictures cannot be fetched, so at least what is written must be what was published."""
    published = weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert f"{published:.3f} %" == written
    assert re.search(rf"\b{re.escape(written)}", DOCS.read_text(encoding="utf-8"))
