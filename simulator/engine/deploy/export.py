"""What a student can take home: weights as safetensors, the architecture, and how to load them."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

from torch import nn

from simulator.engine.distillation.teacher import architecture_json
from simulator.engine.measure.size import save_model
from simulator.engine.models import portable
from simulator.engine.models.text import MAX_TOKENS
from simulator.engine.setup import Setup
from simulator.events import Variant
from simulator.host.paths import write_whole

IMAGE_EXAMPLE = """\
import numpy as np
from torchvision.transforms.v2 import functional as F
from load import load

model = load(".")
pictures = np.zeros((1, 8, 8, 3), dtype="uint8")   # yours: [examples, height, width, 3], 0 to 255
x = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255
x = torch.nn.functional.interpolate(x, size=({size}, {size}), mode="bilinear", antialias=True)
x = F.normalize(x, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
logits = model(x)
"""

DISTILBERT_EXAMPLE = """\
from tokenizers import Tokenizer
from load import load

model = load(".")
tokenizer = Tokenizer.from_file("tokenizer.json")
tokenizer.enable_truncation({tokens})               # as in training
ids = torch.tensor([tokenizer.encode("a text of yours").ids])
logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
"""

T5_EXAMPLE = """\
import sentencepiece
from load import load

model = load(".")
tokenizer = sentencepiece.SentencePieceProcessor(model_file="spiece.model")
words = {words}
ids = torch.tensor([tokenizer.encode("a text of yours")[: {tokens} - 1] + [1]])      # as in training; 1 ends a text
out = model(input_ids=ids, attention_mask=torch.ones_like(ids), decoder_input_ids=torch.zeros(1, 1, dtype=torch.long))
logits = out.logits[:, 0, [tokenizer.encode(word)[0] for word in words]]
"""

README = """\
# {title}: the {variant} model

Made by the KD Pruning Simulator; data: {dataset}. Classes, in the order of the logits: {classes}.

- `model.safetensors`: the weights, dense.
- `model.sparse.safetensors`, if it is there: the same weights without their zeros; `load.py` reads it where the
  dense file is missing.
- `config.json`: the architecture before pruning; a structurally pruned layer is as small as its tensor in the file.
- `load.py`: builds the model and fills it; nothing of the simulator is needed. Made with {libraries}.

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
    shutil.copy(portable.__file__, folder / "load.py")
    if setup.tokenizer:
        (folder / setup.module.TOKENIZER_FILE).write_bytes(setup.tokenizer)
    (folder / "README.md").write_text(readme(setup, variant), encoding="utf-8")


def readme(setup: Setup, variant: Variant) -> str:
    """How to load the export in plain PyTorch."""
    examples = {
        "distilbert": DISTILBERT_EXAMPLE.format(tokens=MAX_TOKENS),
        "t5_small": T5_EXAMPLE.format(words=list(setup.dataset.label_words), tokens=MAX_TOKENS),
    }
    libraries = ("torch", "safetensors", "transformers" if setup.model.kind == "text" else "torchvision")
    return README.format(
        title=setup.model.title,
        variant=variant,
        dataset=setup.dataset.title,
        classes=", ".join(setup.dataset.class_names),
        libraries=", ".join(f"{name} {importlib.metadata.version(name)}" for name in libraries),
        example=examples.get(setup.config.model, IMAGE_EXAMPLE.format(size=setup.config.image_size)),
    )
