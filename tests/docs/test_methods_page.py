"""The page of methods is what the code says, and says it of every method."""

import re

import pytest

from docs import make_methods
from docs.make_methods import PAGE, Entry, Section, as_markdown, page, section_text
from simulator.catalog.methods import METHODS
from simulator.catalog.pruning import IMPORTANCES, PRUNING, SCHEDULES, SCOPES
from simulator.engine.distillation import feature_losses, methods
from simulator.engine.pruning import importance


def test_the_committed_page_is_what_the_docstrings_give():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m docs.make_methods"


def test_every_method_is_on_the_page_with_its_papers_number_and_a_formula():
    by_name = {re.search(r"`([\w:]+)`", part)[1]: part for part in page().split("\n### ")[1:]}
    assert list(by_name) == [*METHODS, *IMPORTANCES, *PRUNING, *SCOPES, *SCHEDULES]
    without_paper = {"unstructured", *SCOPES, "one_shot"}
    for name, part in by_name.items():
        if name in without_paper:
            continue
        assert "Source:" in part, name
        assert re.search(r"arXiv:\d{4}\.\d{4,5}", part), name
        assert "```math" in part or "Formula:" in part, name


def test_the_functions_described_are_those_that_run():
    run = methods.LOGITS_METHODS | feature_losses.FEATURE_METHODS
    described = {
        name: file for s in make_methods.SECTIONS for name, (file, _) in make_methods.docstrings(s.files).items()
    }
    for name, function in run.items():
        assert described[name].removesuffix(".py").replace("/", ".") == function.__module__
    assert all(hasattr(importance, name) for name in IMPORTANCES)


def test_a_method_without_a_docstring_is_refused():
    section = Section("S", "", ("simulator/engine/distillation/methods.py",), [Entry("magic", "Magic", "")])
    with pytest.raises(LookupError, match="magic"):
        section_text(section)


def test_a_docstring_as_markdown():
    text = """One line.

    .. math:: a
        + b

    With ``code`` and :func:`f`.

    Args:
        x: A thing
            of two lines.
        y: Another.
    """
    assert as_markdown(text) == (
        "One line.\n\n```math\na\n+ b\n```\n\nWith `code` and `f`.\n\n- `x`: A thing of two lines.\n- `y`: Another."
    )
