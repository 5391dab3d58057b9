"""What exists: the models. Plain facts, each published figure with its source."""

from __future__ import annotations

import importlib
import os

from simulator.catalog.model_info import ModelInfo, Published, Recipe, Size, StudentSizes
from simulator.host.machine import Bfloat16

ANY: tuple[Bfloat16, ...] = ("amx", "avx512", "")
"""The image models multiply in float32 everywhere."""

DISTILBERT = ModelInfo(
    name="distilbert",
    title="DistilBERT",
    kind="text",
    summary="A transformer encoder of six layers, itself distilled from BERT. It reads a sentence "
    "and its first position answers with a class.",
    repository="distilbert/distilbert-base-uncased",
    revision="12040accade4e8a0f71eabdb258fecc2e7e948be",
    paper="Sanh, Debut, Chaumond and Wolf 2019, arXiv:1910.01108",
    published=Published(
        66_955_010,
        5_587_000_000,
        "128 tokens, 2 labels",
        "this course's reference; the paper, table 3, rounds the parameters to 66 M",
    ),
    student=StudentSizes(
        "layers",
        (1, 2, 3, 4, 5),
        3,
        "How many of the teacher's 6 layers the student keeps, evenly spaced.",
    ),
    teacher_pretrained=Recipe(epochs=3, learning_rate=5e-5, batch_size=32),
    teacher_scratch=Recipe(epochs=8, learning_rate=2e-4, batch_size=32),
    student_recipe=Recipe(epochs=4, learning_rate=1e-4, batch_size=32),
    default_dataset="reviews_topic",
    engine="simulator.engine.models.distilbert.model",
    # 30,522 x 768 token and 512 x 768 position embeddings; 5.587 G MACs at 128 tokens; six layers
    size=Size(
        fixed_parameters=23_835_000,
        macs_per_unit=5.587e9 / 128,
        student_share=1 / 6,
        student_power=1.0,
        activation_bytes_per_unit=200_000,
        efficiency={"amx": 1.8, "avx512": 1.8, "": 1.05},
        feature_width=768,
        measure_seconds=80.0,
    ),
    libraries=("transformers", "tokenizers"),
    files=("config.json", "model.safetensors", "tokenizer.json"),
)

T5_SMALL = ModelInfo(
    name="t5_small",
    title="T5-small",
    kind="text",
    summary="A transformer of six encoder and six decoder layers that turns text into text. It "
    "answers with a word, and the word's score is the class's score.",
    repository="google-t5/t5-small",
    revision="df1b051c49625cf57a3d0d8d3863ed4d13564fe4",
    paper="Raffel et al. 2020, arXiv:1910.10683",
    published=Published(
        60_506_624,
        None,
        "tied embeddings",
        "this course's reference; the paper, section 3.7, says about 60 M",
    ),
    student=StudentSizes(
        "layers",
        (1, 2, 3, 4, 5),
        3,
        "How many of the teacher's 6 encoder layers, and as many of its 6 decoder layers, the "
        "student keeps, evenly spaced.",
    ),
    teacher_pretrained=Recipe(epochs=4, learning_rate=3e-3, batch_size=32),
    teacher_scratch=Recipe(epochs=7, learning_rate=1e-2, batch_size=32),
    student_recipe=Recipe(epochs=4, learning_rate=5e-3, batch_size=32),
    default_dataset="reviews_topic",
    relative_steps=True,
    engine="simulator.engine.models.t5_small.model",
    # 32,128 x 512 embeddings; each token passes the encoder's 18.9 M weights, the decoder sees one position
    size=Size(
        fixed_parameters=16_450_000,
        macs_per_unit=20e6,
        student_share=1 / 6,
        student_power=1.0,
        activation_bytes_per_unit=200_000,
        efficiency={"amx": 0.62, "avx512": 0.9, "": 0.54},
        feature_width=512,
        measure_seconds=55.0,
    ),
    libraries=("transformers", "sentencepiece"),
    files=("config.json", "model.safetensors", "spiece.model"),
    has_classifier=False,
)

MOBILENET_V2 = ModelInfo(
    name="mobilenet_v2",
    title="MobileNetV2",
    kind="image",
    summary="A convolutional network built for phones: it splits each convolution into a cheap "
    "one per channel and a small one across channels.",
    repository="torchvision/mobilenet_v2",
    revision="MobileNet_V2_Weights.IMAGENET1K_V1",
    paper="Sandler et al. 2018, arXiv:1801.04381",
    published=Published(
        3_504_872, 301_000_000, "224 x 224, 1000 classes", "torchvision's documentation of its weights"
    ),
    student=StudentSizes(
        "width",
        (0.25, 0.35, 0.5, 0.75),
        0.5,
        "The width multiplier: the share of the teacher's channels that the student has in every layer.",
    ),
    teacher_pretrained=Recipe(epochs=6, learning_rate=1e-3, batch_size=64),
    teacher_scratch=Recipe(epochs=18, learning_rate=3e-3, batch_size=64),
    student_recipe=Recipe(epochs=5, learning_rate=3e-3, batch_size=64),
    default_dataset="digits",
    few_steps=(80, 30),
    engine="simulator.engine.models.mobilenet_v2.model",
    # a width w leaves about w^1.6 of the MACs: 0.32 at 0.5, 0.69 at 0.75 (counted); small kernels, much traffic
    size=Size(
        fixed_parameters=0,
        macs_per_unit=0.301e9 / 224**2,
        student_share=1.0,
        student_power=1.6,
        activation_bytes_per_unit=1_100,
        efficiency=dict.fromkeys(ANY, 0.054),
        feature_width=1280,
        measure_seconds=20.0,
    ),
    libraries=("torchvision",),
    checkpoint="https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
)

RESNET18 = ModelInfo(
    name="resnet18",
    title="ResNet-18",
    kind="image",
    summary="A convolutional network of four stages with two residual blocks each: every block "
    "adds its result to its input.",
    repository="torchvision/resnet18",
    revision="ResNet18_Weights.IMAGENET1K_V1",
    paper="He, Zhang, Ren and Sun 2015, arXiv:1512.03385",
    published=Published(
        11_689_512, 1_814_000_000, "224 x 224, 1000 classes", "torchvision's documentation of its weights"
    ),
    student=StudentSizes(
        "width",
        (0.25, 0.5, 1.0),
        0.5,
        "The student has one block a stage (ResNet-10); the width is its share of the teacher's channels.",
    ),
    teacher_pretrained=Recipe(epochs=4, learning_rate=1e-3, batch_size=64),
    teacher_scratch=Recipe(epochs=8, learning_rate=1e-3, batch_size=64),
    student_recipe=Recipe(epochs=5, learning_rate=1e-3, batch_size=64),
    default_dataset="digits",
    few_steps=(20, 15),
    engine="simulator.engine.models.resnet18.model",
    # ResNet-10 has 0.49 of the MACs; a width w leaves about w^1.8 of those: 0.14 at 0.5 (counted)
    size=Size(
        fixed_parameters=0,
        macs_per_unit=1.814e9 / 224**2,
        student_share=0.49,
        student_power=1.8,
        activation_bytes_per_unit=500,
        efficiency=dict.fromkeys(ANY, 0.31),
        feature_width=512,
        measure_seconds=20.0,
    ),
    libraries=("torchvision",),
    checkpoint="https://download.pytorch.org/models/resnet18-f37072fd.pth",
)

MODELS: dict[str, ModelInfo] = {m.name: m for m in (DISTILBERT, T5_SMALL, MOBILENET_V2, RESNET18)}

DEFAULT_MODEL = RESNET18.name

MORE_MODELS = "KDPS_MODELS"
"""The environment variable that names modules, separated by commas, which register further models. Every process of
the application imports them with the catalogue."""


def register(info: ModelInfo) -> None:
    """Add a model to those that can be chosen; docs/adding_a_model.md says what it needs.

    Raises:
        ValueError: if there is one of that name.
    """
    if info.name in MODELS:
        raise ValueError(f"There is a model {info.name} already: choose another name.")
    MODELS[info.name] = info


for module in filter(None, os.environ.get(MORE_MODELS, "").split(",")):
    importlib.import_module(module.strip())
