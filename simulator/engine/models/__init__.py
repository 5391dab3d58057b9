"""One file a model, each with the same small functions:

``build_teacher(num_classes, weights, seed)``, ``build_student(teacher, size, seed)``,
``make_encoder(train_inputs, label_words, weights, folder, image_size)``, ``architecture(model, size)`` and
``logits(model, batch)``; and ``CLASSIFIER``, the names of the modules that pruning leaves alone.
"""

from __future__ import annotations

from types import ModuleType

from simulator.engine.models import distilbert, mobilenet_v2, resnet18, t5_small

MODULES: dict[str, ModuleType] = {
    "distilbert": distilbert,
    "t5_small": t5_small,
    "mobilenet_v2": mobilenet_v2,
    "resnet18": resnet18,
}
