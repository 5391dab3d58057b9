"""Its entry in the catalogue. Imports no torch."""

from simulator.catalog.model_info import ModelInfo, Published, Recipe, Size, StudentSizes
from simulator.catalog.models import register

TINY_CNN = ModelInfo(
    name="tiny_cnn",
    title="Tiny CNN",
    kind="image",
    summary="Three convolutions with batch norm, and a linear layer.",
    repository="this repository's tests",
    revision="",
    paper="none",
    published=Published(24_346, None, "10 classes", "counted by hand in its test"),
    student=StudentSizes("width", (0.5, 0.75), 0.5, "The share of the teacher's channels that the student has."),
    teacher_pretrained=Recipe(epochs=2, learning_rate=3e-3, batch_size=64),
    teacher_scratch=Recipe(epochs=2, learning_rate=3e-3, batch_size=64),
    student_recipe=Recipe(epochs=1, learning_rate=3e-3, batch_size=64),
    default_dataset="digits",
    engine="tests.tiny_cnn.model",
    size=Size(
        fixed_parameters=0,
        macs_per_unit=1_500.0,
        student_share=1.0,
        student_power=2.0,
        activation_bytes_per_unit=200,
        efficiency={"amx": 0.1, "avx512": 0.1, "": 0.1},
        feature_width=64,
        measure_seconds=5.0,
    ),
    libraries=("torchvision",),
)

register(TINY_CNN)
