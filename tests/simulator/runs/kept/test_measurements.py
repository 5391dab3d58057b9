"""What decides a measurement, and which measurements of a run are found before it starts."""

from __future__ import annotations

from simulator.config.run import make_config
from simulator.events import VARIANTS, Variant
from simulator.runs.kept import folders, measurements, stages

CONFIG = make_config({"model": "resnet18"})
TEACHER = "resnet18-digits-0123456789ab"


def keep(variant: Variant) -> None:
    inputs = measurements.made_from(variant, CONFIG, TEACHER)
    assert folders.keep(stages.folder(inputs, CONFIG), {"measurement.json": b"{}"}, inputs)


def test_a_measurement_is_found_with_its_model_and_for_the_same_prunable_layers() -> None:
    assert measurements.found(CONFIG, TEACHER) == ()
    for variant in ("teacher", "control", "distilled", "pruned"):
        keep(variant)
    assert measurements.found(CONFIG, TEACHER) == ("teacher", "control", "distilled", "pruned")
    sparser, hotter, with_classifier = (
        CONFIG.model_copy(update=changed)
        for changed in ({"target_sparsity": 0.9}, {"temperature": 9.0}, {"also_prune": ("classifier",)})
    )
    assert measurements.found(sparser, TEACHER) == ("teacher", "control", "distilled")
    assert measurements.found(hotter, TEACHER) == ("teacher", "control")
    assert measurements.found(with_classifier, TEACHER) == ()
    assert measurements.found(CONFIG, "another teacher") == ()


def test_every_variant_has_a_measurement_of_its_own() -> None:
    places = {stages.folder(measurements.made_from(v, CONFIG, TEACHER), CONFIG) for v in VARIANTS}
    assert len(places) == len(VARIANTS)
    assert {measurements.STAGE_OF[v] for v in VARIANTS if v != "teacher"} == set(stages.KEPT)
