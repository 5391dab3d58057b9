from dataclasses import dataclass
from pathlib import Path
@dataclass(frozen=True)
class Weights:
    folder: Path | None
def load_torchvision(m, w): ...
