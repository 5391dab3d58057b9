"""ResNet-18 (He et al. 2015, arXiv:1512.03385); its student has one block per stage, and a width."""

from simulator.engine.models.images import image_model
from simulator.engine.models.resnet18 import network, structure

MODEL = image_model(
    classifier=("fc",),
    build_teacher=network.build_teacher,
    build_student=network.build_student,
    feature_places=network.feature_places,
    architecture=network.architecture,
    build=structure.build,
)
