"""Tokenizers trained here: equal in every process, from the training split only, and really used."""

import subprocess
import sys

TRAIN = """
import sys
from pathlib import Path
from simulator.engine.models.distilbert import texts as distilbert
from simulator.engine.models.t5_small import texts as t5_small
from tests.simulator.engine.models.sentences import TEXTS, WORDS
distilbert.train_tokenizer(TEXTS, Path(sys.argv[1]) / "tokenizer.json")
t5_small.train_tokenizer(TEXTS, WORDS, Path(sys.argv[1]) / "spiece.model")
"""


def test_equal_texts_give_equal_tokenizers_in_every_process(tmp_path):
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        subprocess.run([sys.executable, "-c", TRAIN, tmp_path / name], check=True, capture_output=True)
    for file in ("tokenizer.json", "spiece.model"):
        assert len({(tmp_path / name / file).read_bytes() for name in ("one", "two", "three")}) == 1
