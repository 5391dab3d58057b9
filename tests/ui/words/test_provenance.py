"""Where the numbers of a run come from, in words; text from a file stays text."""

from __future__ import annotations

from collections.abc import Callable

from simulator.runs import archive
from tests.ui.invented import PROVENANCE
from ui.words.provenance import provenance_facts


def test_weights_from_scratch_and_published_ones_are_told_apart(stored: Callable[..., str]) -> None:
    run = archive.run(stored("r1", "queued"))
    facts = provenance_facts(PROVENANCE, run)
    assert facts["Weights"] == "random, from the teacher's own seed 0; built like torchvision/resnet18"
    assert facts["SHA-256"] == "none: no weights file was loaded"
    assert facts["Teacher"].endswith(", trained in this run")
    assert "threads" in facts["Machine"] and "matrix products" not in facts["Machine"]
    published = PROVENANCE.model_copy(
        update={"source": "pretrained", "revision": "abc", "sha256": "0123", "precision": "bfloat16"}
    )
    facts = provenance_facts(published, run)
    assert facts["Weights"] == "pretrained, torchvision/resnet18 at `abc`"
    assert facts["SHA-256"] == "`0123`"
    assert facts["Machine"].endswith("2 threads, matrix products in bfloat16")


def test_a_kept_teacher_and_a_damaged_one_are_said(stored: Callable[..., str]) -> None:
    run = archive.run(stored("r1", "queued"))
    kept = PROVENANCE.model_copy(update={"teacher_was_cached": True})
    assert provenance_facts(kept, run)["Teacher"].endswith("kept from an earlier run")
    damaged = PROVENANCE.model_copy(update={"teacher_damage": "model.safetensors is cut off"})
    assert "because the kept one is damaged (model.safetensors" in provenance_facts(damaged, run)["Teacher"]


def test_what_a_file_says_of_itself_is_no_link(stored: Callable[..., str]) -> None:
    run = archive.run(stored("r1", "queued"))
    hostile = PROVENANCE.model_copy(
        update={"device": "[a](https://evil.example)", "data": "`[a](b)`", "versions": {"<b>": "www.evil.example"}}
    )
    facts = provenance_facts(hostile, run)
    assert "https://" not in facts["Machine"] and r"\[a\]" in facts["Machine"]
    assert facts["Data"] == "`'[a](b)'`"
    assert "www.evil" not in facts["Versions"] and "<b>" not in facts["Versions"].replace(r"\<b\>", "")
