"""Fit to a budget: a sparsity for each layer, proposed from a finished sensitivity scan."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from simulator.studies.config import StudyConfig
from simulator.studies.sensitivity import budget_of, curves, fit_to_budget, kept, mean_curves, predicted_drop
from ui import words
from ui.story import Story


def propose(config: StudyConfig, story: Story) -> None:
    """A slider for the budget, and what the scan proposes for it."""
    st.markdown("**Fit to a budget**")
    found = mean_curves([curves(story.cells, seed) for seed in config.all_seeds()])
    total = sum(curve.parameters for curve in found.values())
    least = sum(kept(curve, max(curve.drops)) for curve in found.values())
    budget = st.slider(
        "Non-zero parameters in these layers, at most",
        least,
        total,
        budget_of(found, config.base.target_sparsity),
        key="fit_budget",
        help="Layers that can lose weights cheaply lose them first.",
    )
    chosen = fit_to_budget(found, budget)
    rows = [(name, words.whole_percent(share), words.count(kept(found[name], share))) for name, share in chosen.items()]
    st.dataframe(
        pd.DataFrame(rows, columns=["Layer", "Sparsity", "Weights left"]),
        hide_index=True,
        alt="A sparsity for each layer that keeps the budget",
    )
    st.caption(
        f"If the layers' losses add up, this costs {100 * predicted_drop(found, chosen):.1f} points of validation "
        "accuracy before retraining. That is a prediction: the scan measured one allocation as a whole, named in its "
        "conclusion."
    )
