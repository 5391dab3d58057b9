"""What a distillation method does, its formula, and the code that runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from simulator.catalog.methods import METHODS
from simulator.config.run import RunConfig
from simulator.figures import numbers
from simulator.teaching.sources import source_of
from ui.words.glossary import explain


def about_method(method: str) -> None:
    """Show what a method does, and its source."""
    known = METHODS[method]
    st.caption(known.help, help=f"Source: {known.paper}")


def loss_formula(config: RunConfig) -> None:
    """Show the distillation loss with the numbers of the sliders."""
    soft, hard = weights(config)
    st.markdown(
        f"Loss = **{soft}** · soft loss + **{hard}** · hard loss",
        help="Alpha weighs the soft loss; the hard loss is cross-entropy with the labels." + warm_up_words(config),
    )
    formula = f"soft loss = {soft_formula(config)}"
    explain(formula, *(["KL divergence"] if "KL" in formula else []))


def loss_words(config: RunConfig) -> str:
    """Return the same formula as a sentence, for results and reports."""
    soft, hard = weights(config)
    weighted = f"Loss = {soft} · soft loss + {hard} · hard loss"
    return f"{weighted}, with soft loss = {soft_formula(config)}.{warm_up_words(config)}"


def weights(config: RunConfig) -> tuple[str, str]:
    """Return the weights of the soft loss and of the hard loss, as they are written."""
    hard = METHODS[config.method].weight_of_labels(config.alpha)
    return numbers.setting(config.alpha), numbers.setting(hard)


def warm_up_words(config: RunConfig) -> str:
    """Say how the soft loss's weight rises, if the method does not start with alpha."""
    share = METHODS[config.method].warm_up
    return f" Alpha rises from 0 over the first {numbers.percent(share)} of the steps." if share else ""


def soft_formula(config: RunConfig) -> str:
    """Return the formula of the method's soft loss with the numbers of these settings."""
    return METHODS[config.method].formula.format(
        T=numbers.setting(config.temperature), beta=numbers.setting(config.beta)
    )


def show_loss(method: str) -> None:
    """Show the code of the loss: the method's own function, and how it is blended with the hard loss."""
    own = "feature_losses" if METHODS[method].compares_features else "methods"
    sources = [("engine/distillation/losses.py", name) for name in ("soft_loss", "distillation_loss")]
    _show_sources("Show the loss as it runs", [(f"engine/distillation/{own}.py", method), *sources])


def show_code(title: str, path: str, *functions: str, opened: bool = False) -> None:
    """Show functions of one file exactly as they run, folded away unless ``opened``."""
    _show_sources(title, [(path, function) for function in functions], opened)


def _show_sources(title: str, sources: Sequence[tuple[str, str]], opened: bool = False) -> None:
    with st.expander(title, icon=":material/code:", expanded=opened):
        files = " and ".join(dict.fromkeys(f"simulator/{path}" for path, _ in sources))
        st.caption(f"From {files}: this is the code that runs, not a copy.")
        st.code(
            "\n\n\n".join(source_of(path, function) for path, function in sources), language="python", wrap_lines=True
        )
