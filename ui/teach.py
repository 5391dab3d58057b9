"""Words for students: the glossary, short explanations, the code as it runs, where numbers come from, findings."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import streamlit as st

import simulator
from simulator.events import Measurement, Provenance, Variant
from simulator.statistics import intervals_overlap
from simulator.store import Run
from ui import words

GLOSSARY = {
    "teacher": "The large model, trained on the data first.",
    "student": "The smaller model that should come close to the teacher.",
    "control": "The student trained without the teacher: same start, same batches, same number of steps.",
    "distilled": "The student trained with the teacher.",
    "pruned": "The distilled student with weights or channels removed, not yet retrained.",
    "recovered": "The pruned student after fine-tuning; what was pruned stays pruned.",
    "logits": "A model's raw scores, before softmax.",
    "soft targets": "softmax(teacher logits / T): the teacher's probabilities, softened.",
    "temperature": "T divides the logits before softmax. Higher is softer.",
    "alpha": "The weight of the soft loss; 1 - alpha weighs the hard loss.",
    "soft loss": "T² times the KL divergence from the soft targets: 0 when student and teacher agree.",
    "hard loss": "Cross-entropy with the true labels.",
    "importance": "The score by which weights are ranked; here the weight's magnitude.",
    "mask": "One number a weight: 1 is kept, 0 is pruned.",
    "sparsity": "The measured fraction of zeros.",
    "MACs": "Multiply-adds of one forward pass. FLOPs are twice as many. Element-wise work is left out.",
    "latency": "The time one batch takes on this machine. It never follows from parameters or MACs alone.",
    "parameters": "The numbers a model stores, zeros included.",
}

CAVEATS = (
    "**Zeros do not shrink the dense file.** A zero takes as many bytes as any other number; gzip finds them, "
    "and only structured pruning makes the file itself smaller.",
    "**Zeros do not save time here.** A dense matrix product multiplies by zero like by any other number.",
    "**MACs leave out** element-wise work: activations, normalisation, softmax. A multiply-add counts once; FLOPs "
    "would be twice as many.",
    "**Latency is this machine's**, with a fixed number of threads. Another processor may rank the variants otherwise.",
)


def explain(text: str, *terms: str) -> None:
    """A short explanation, with the glossary's entries for its terms behind the question mark."""
    st.caption(text, help="\n\n".join(f"**{term}**: {GLOSSARY[term]}" for term in terms) or None)


def loss_formula(temperature: float, alpha: float) -> None:
    """The distillation loss with the numbers that the sliders hold."""
    st.markdown(f"Loss = **{alpha:g}** · soft loss + **{1 - alpha:.2g}** · hard loss", help=_FORMULA)
    st.caption(f"soft loss = {temperature:g}² · KL(teacher at T={temperature:g} ‖ student at T={temperature:g})")


_FORMULA = (
    r"$\alpha \, T^2 \, \mathrm{KL}(p_t^{T} \,\|\, p_s^{T}) + (1 - \alpha) \, \mathrm{CE}(y, p_s)$: alpha weighs "
)
_FORMULA += "the soft loss, the rest is cross-entropy with the labels. T² keeps the gradients' size when T changes."


@lru_cache(maxsize=8)
def source_of(path: str, function: str) -> str:
    """The source text of a function as it runs, read from its file without importing it (it would import torch).

    Args:
        path: The file, below simulator/.
        function: A function at the file's top level.
    """
    text = (Path(simulator.__file__).parent / path).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return ast.get_source_segment(text, node) or ""
    raise LookupError(f"{path} has no function {function}")


def show_code(title: str, path: str, *functions: str) -> None:
    """Functions exactly as they run, folded away until someone asks."""
    with st.expander(title, icon=":material/code:"):
        st.caption(f"From simulator/{path}: this is the code that runs, not a copy.")
        st.code("\n\n\n".join(source_of(path, function) for function in functions), language="python")


def provenance_badge(provenance: Provenance | None, run: Run, compact: bool = False) -> None:
    """Where the numbers come from: weights, machine, day; unless ``compact``, the details behind a click."""
    if provenance is None:
        st.caption("This run has not said yet where its weights come from.")
        return
    p = provenance
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if run.origin == "recorded":
            st.badge(
                f"recorded on {p.device}, {words.day(p.recorded_at)}", icon=":material/inventory_2:", color="violet"
            )
        else:
            st.badge(f"measured on {p.device}, {words.day(p.recorded_at)}", icon=":material/speed:", color="blue")
        if p.source == "pretrained":
            st.badge("teacher from published weights", icon=":material/verified:", color="green")
        else:
            st.badge("teacher trained from scratch", icon=":material/construction:", color="orange")
    if compact:
        return
    if p.notice:
        st.caption(p.notice)
    with st.expander("Where these numbers come from", icon=":material/fingerprint:"):
        st.markdown(_provenance_lines(p, run))


def _provenance_lines(p: Provenance, run: Run) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in p.versions.items())
    weights = f"pretrained, {p.repository}" + (f" at `{p.revision}`" if p.revision else "")
    if p.source == "scratch":
        weights = f"random from seed {p.seed}, which is the teacher's own; built like {p.repository}"
    lines = {
        "Run": f"`{run.id}`, the student's seed is {run.settings.seed}",
        "Weights": weights,
        "SHA-256": f"`{p.sha256}`" if p.sha256 else "none: no weights file was loaded",
        "Data": f"`{p.data}`",
        "Teacher": f"`{p.teacher}`, " + ("kept from an earlier run" if p.teacher_was_cached else "trained in this run"),
        "Machine": f"{p.device}, {p.threads} threads",
        "Versions": versions,
    }
    return "\n".join(f"- **{name}:** {value}" for name, value in lines.items())


# -- findings, computed from the measurements


def findings(measurements: Sequence[Measurement]) -> list[str]:
    """What the run shows, in sentences made from its numbers; nothing that was not measured."""
    by_name: dict[Variant, Measurement] = {m.name: m for m in measurements}
    said = []
    if "control" in by_name and "distilled" in by_name:
        said.append(
            _difference(by_name["distilled"], by_name["control"], "With the teacher's help the student", "alone")
        )
    if "pruned" in by_name and "distilled" in by_name:
        said.append(_difference(by_name["pruned"], by_name["distilled"], "After pruning the student", "before"))
    if "recovered" in by_name and "pruned" in by_name:
        said.append(_difference(by_name["recovered"], by_name["pruned"], "After recovery it", "just after pruning"))
    return said


def _difference(new: Measurement, old: Measurement, subject: str, reference: str) -> str:
    points = 100 * (new.accuracy - old.accuracy)
    sentence = (
        f"{subject} is right in **{words.percent(new.accuracy)}**, {reference} in **{words.percent(old.accuracy)}** "
    )
    sentence += f"({words.points(points)} points). "
    if new.accuracy == old.accuracy:
        return sentence + "No difference on these examples."
    if intervals_overlap(new, old):
        return sentence + f"With {new.test_examples} test examples a difference this small may be chance."
    return sentence + "The 95 % intervals do not overlap."
