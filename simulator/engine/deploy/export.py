"""What a student can take home: weights as safetensors, the architecture, and how to load them."""

from __future__ import annotations

import importlib.metadata
import inspect
from pathlib import Path

from torch import nn

from simulator.engine.distillation.teacher import architecture_json
from simulator.engine.measure.size import save_model
from simulator.engine.models import portable
from simulator.engine.models.base import Model
from simulator.engine.setup import Setup
from simulator.events import Variant
from simulator.host.paths import write_whole

LOAD = '''

def load(folder: str | Path) -> nn.Module:
    """The model in ``folder``, in evaluation mode."""
    return restore(folder, build)
'''
FUTURE = "from __future__ import annotations\n"

README = """\
# {title}: the {variant} model

Made by the KD Pruning Simulator; data: {dataset}. Classes, in the order of the logits: {classes}.

- `model.safetensors`: the weights, dense.
- `model.sparse.safetensors`, if it is there: the same weights without their zeros; `load.py` reads it where the
  dense file is missing.
- `config.json`: the architecture before pruning; a structurally pruned layer is as small as its tensor in the file.
- `load.py`: builds the model and loads its weights; it does not need the simulator. Made with {libraries}.

```python
import torch
{example}print(torch.softmax(logits, dim=-1))
```
"""


def export(setup: Setup, variant: Variant, model: nn.Module, folder: Path) -> None:
    """Write a variant into ``folder``: weights, architecture, tokenizer, README.md and load.py."""
    folder.mkdir(parents=True, exist_ok=True)
    size = None if variant == "teacher" else setup.config.student_size
    save_model(model, folder / portable.WEIGHTS_FILE)
    write_whole(folder / portable.ARCHITECTURE_FILE, architecture_json(setup, model, size))
    write_whole(folder / "load.py", load_file(setup.module).encode())
    if setup.tokenizer:
        (folder / setup.module.tokenizer_file).write_bytes(setup.tokenizer)
    (folder / "README.md").write_text(readme(setup, variant), encoding="utf-8")


def load_file(module: Model) -> str:
    """The code that loads the model, as one file: it builds the model and fills in the weights."""
    parts = [Path(inspect.getfile(part)).read_text(encoding="utf-8") for part in (portable, module.build)]
    return FUTURE + "\n\n".join(part.replace(FUTURE, "") for part in parts) + LOAD


def readme(setup: Setup, variant: Variant) -> str:
    """How to load the export in plain PyTorch."""
    libraries = ("torch", "safetensors", *setup.model.libraries)
    return README.format(
        title=setup.model.title,
        variant=variant,
        dataset=setup.dataset.title,
        classes=", ".join(setup.dataset.class_names),
        libraries=", ".join(f"{name} {importlib.metadata.version(name)}" for name in libraries),
        example=setup.module.usage(setup.dataset.label_words, setup.config.image_size),
    )
