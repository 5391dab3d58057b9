"""Lets every teacher train for one epoch: what a training holds in memory does not grow with its epochs.

Named in ``KDPS_MODELS``, which every process of the application imports with the catalogue.
"""

from __future__ import annotations

from dataclasses import replace

from simulator.catalog.models import MODELS

for name, model in list(MODELS.items()):
    once = {which: replace(getattr(model, which), epochs=1) for which in ("teacher_pretrained", "teacher_scratch")}
    MODELS[name] = replace(model, **once)
