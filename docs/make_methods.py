"""Write docs/methods.md from the catalogues and from the docstrings of the functions that run.

    python -m docs.make_methods

A new method appears by itself; a pattern or schedule names its functions. A new kind of method is one more entry of
``SECTIONS``. Files are read, not imported: importing
them would load torch.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.catalog.methods import METHODS, Method
from simulator.catalog.pruning import IMPORTANCES, PRUNING, SCHEDULES, SCOPES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "methods.md"

MATH = ".. math::"

INTRODUCTION = """\
# Methods

What each method computes, from which paper, with which weights. This page is made from the docstrings of the code
that runs; do not edit it: `python -m docs.make_methods` writes it again.
"""


@dataclass(frozen=True)
class Entry:
    """One method on the page.

    Attributes:
        functions: Names of top-level functions of the section's files; None if it is the method's own name.
    """

    name: str
    title: str
    help: str
    facts: str = ""
    functions: Sequence[str] | None = None


@dataclass(frozen=True)
class Section:
    """Methods of one kind, and the files, below the root, whose top-level functions they are."""

    title: str
    introduction: str
    files: Sequence[str]
    entries: Sequence[Entry]


def distillation_facts(method: Method) -> str:
    """What the catalogue says about a method, in one line."""
    needs = "no teacher" if not method.has_teacher else "the teacher's cached logits"
    needs = "the teacher at every step" if method.compares_features else needs
    temperature = "uses the temperature" if method.uses_temperature else "does not use the temperature"
    classes = f"; at least {method.fewest_classes} classes" if method.fewest_classes > 2 else ""
    weights = "" if method.hard_weight is None else f", the hard loss weighs {method.hard_weight:g}"
    return f"Usual alpha {method.alpha:g}{weights}; needs {needs}; {temperature}{classes}. {method.paper}."


PRUNING_ROOM = "simulator/engine/pruning"

PATTERN_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "unstructured": ("keep_largest",),
    "2:4": ("two_of_four_masks",),
    "structured": ("prune_channels", "group_score", "prune_transformer"),
}
SCHEDULE_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "one_shot": (),  # pruned once, then trained: its help says it all
    "iterative": ("after_round",),
    "cubic": ("cubic",),
    "lottery": ("rewound",),
    "lottery_random": ("redrawn",),
}

SECTIONS = (
    Section(
        "Distillation",
        "The loss is alpha times the method's soft loss plus 1 - alpha times the hard loss, cross-entropy with the "
        "labels (`simulator/engine/distillation/losses.py`), unless stated otherwise.\n\n"
        "With fewer labels than training examples (the setting `labels`), the teacher still answers all examples, and "
        "the hard loss of a batch is the mean over its labelled examples. A method that needs the true class takes the "
        "teacher's answer where the label is hidden. The control, and every training without a teacher, has the "
        "labelled examples only: they are repeated, so that it takes equally many steps. The teacher learns from all "
        "labels (`simulator/engine/stages/student.py`).",
        ("simulator/engine/distillation/methods.py", "simulator/engine/distillation/feature_losses.py"),
        [Entry(m.name, m.title, m.help, distillation_facts(m)) for m in METHODS.values()],
    ),
    Section(
        "Importance",
        "The score by which weights are ranked for pruning; the lowest go first.",
        ("simulator/engine/pruning/importance.py",),
        [Entry(m.name, m.title, m.help) for m in IMPORTANCES.values()],
    ),
    Section(
        "Patterns",
        "What is removed: single weights, as masks that hold, or whole parts for good.",
        (f"{PRUNING_ROOM}/masks.py", f"{PRUNING_ROOM}/channels.py", f"{PRUNING_ROOM}/heads.py"),
        [Entry(m.name, m.title, m.help, functions=PATTERN_FUNCTIONS[m.name]) for m in PRUNING.values()],
    ),
    Section(
        "Allocation",
        "How the sparsity that was asked for is shared out over the layers, for single weights.",
        (f"{PRUNING_ROOM}/masks.py",),
        [Entry(m.name, m.title, m.help, functions=(f"{m.name}_masks",)) for m in SCOPES.values()],
    ),
    Section(
        "Schedules",
        "When weights go. The pruned variant is always the distilled student, pruned at once; the schedule decides how "
        "the recovered one is made.",
        (f"{PRUNING_ROOM}/schedules.py",),
        [Entry(m.name, m.title, m.help, functions=SCHEDULE_FUNCTIONS[m.name]) for m in SCHEDULES.values()],
    ),
)


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([INTRODUCTION, *(section_text(section) for section in SECTIONS)])


def section_text(section: Section) -> str:
    """A heading, and every method under it.

    Raises:
        LookupError: if a method has no function of its name, or the function no docstring.
    """
    found = docstrings(section.files)
    parts = [f"## {section.title}\n\n{section.introduction}\n"]
    for entry in section.entries:
        if missing := [name for name in functions_of(entry) if name not in found]:
            raise LookupError(f"{missing[0]} is in the catalogue and has no docstring in {', '.join(section.files)}")
        parts.append(entry_text(entry, found))
    return "\n".join(parts)


def functions_of(entry: Entry) -> Sequence[str]:
    """The functions whose docstrings describe a method."""
    return (entry.name,) if entry.functions is None else entry.functions


def entry_text(entry: Entry, found: Mapping[str, tuple[str, str]]) -> str:
    """One method: title, help, facts, and what its docstring says."""
    parts = [f"### {entry.title}: `{entry.name}`", entry.help, *filter(None, [entry.facts])]
    for file, text in (found[name] for name in functions_of(entry)):
        parts += [as_markdown(text), f"Code: `{file}`."]
    return "\n\n".join(parts) + "\n"


def docstrings(files: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of the functions at the files' top level: name -> (file, docstring)."""
    found = {}
    for file in files:
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
                found[node.name] = (file, text)
    return found


def as_markdown(docstring: str) -> str:
    """A docstring with its formulas as math blocks, its arguments as a list, and its double backticks single."""
    body, _, arguments = inspect.cleandoc(docstring).partition("\nArgs:\n")
    blocks = body.strip().split("\n\n") + ([argument_list(arguments)] if arguments else [])
    return "\n\n".join(math_block(block) if block.startswith(MATH) else prose(block) for block in blocks)


def prose(block: str) -> str:
    """Sphinx's roles and double backticks as Markdown's code."""
    return re.sub(r":\w+:`([^`]+)`", r"`\1`", block).replace("``", "`")


def math_block(block: str) -> str:
    """A ``.. math::`` directive as a fenced block."""
    lines = [line.strip() for line in block.removeprefix(MATH).strip().splitlines()]
    return "\n".join(["```math", *lines, "```"])


def argument_list(arguments: str) -> str:
    """The lines under "Args:" as a list; what follows them (Returns, Raises) as paragraphs."""
    taken, _, rest = arguments.partition("\n\n")
    items: list[str] = []
    for line in inspect.cleandoc(taken).splitlines():
        if line.startswith(" "):
            items[-1] += f" {line.strip()}"
        else:
            name, _, words = line.partition(":")
            items.append(f"- `{name}`:{words}")
    return "\n".join(items) + (f"\n\n{inspect.cleandoc(rest)}" if rest else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
