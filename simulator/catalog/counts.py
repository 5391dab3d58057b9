"""Parameters and MACs of the four published architectures, as counted by ``python -m simulator models``.

The counts are shipped (benchmarks/record.py writes them), because counting needs torch and the web
process has none. They do not depend on the machine; a test counts them again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Count:
    """What was counted; ``at`` says for which input the MACs are."""

    parameters: int
    macs: int
    at: str


@lru_cache(maxsize=1)
def read() -> dict[str, Count]:
    """The shipped counts, by model."""
    content = json.loads((files("simulator.catalog") / "counts.json").read_text(encoding="utf-8"))
    return {name: Count(**values) for name, values in content.items()}
