"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381); its student has a smaller width multiplier."""

from simulator.engine.models.images import image_model
from simulator.engine.models.mobilenet_v2 import network, structure

MODEL = image_model(
    classifier=("classifier",),
    build_teacher=network.build_teacher,
    build_student=network.build_student,
    feature_places=network.feature_places,
    architecture=network.architecture,
    build=structure.build,
)
