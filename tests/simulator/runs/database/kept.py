"""An event and a measurement, to be kept."""

from __future__ import annotations

from simulator.events import LossPoint, Measurement

LOSS = LossPoint(variant="control", step=1, epoch=0.5, total=0.7, hard=0.7, learning_rate=1e-3)


def measurement(name: str, repeat: int = 0) -> Measurement:
    return Measurement.model_validate(
        {
            "name": name, "accuracy": 0.5, "accuracy_interval": (0.4, 0.6), "precision": 0.5, "recall": 0.5, "f1": 0.5,
            "confusion": ((1, 1), (1, 1)), "test_examples": 4, "parameters": 10, "nonzero_parameters": 9,
            "sparsity": 0.1, "prunable_sparsity": 0.2, "macs": 100, "macs_at": "32 x 32", "size_bytes": 40,
            "gzip_bytes": 30, "latency_ms": {}, "stage_peak_memory_mb": 900.0, "layers": (),
            "repeat": repeat,
        }
    )  # fmt: skip
