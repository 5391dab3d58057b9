"""Whatever an address holds, every page opens, and nothing of it acts on the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.runs import recorded
from tests.fuzz.drawn import odd_texts
from tests.pages.test_addresses import PAGES, acting
from tests.ui.invented import whole_run
from ui.settings.fields import all_controls

pytestmark = pytest.mark.fuzz

BOUND = ("example", "t", "picture", "across", "upwards", "place", "axes", "only_differing")
LEARN = ("learn_alpha", "learn_sparsity", "learn_pattern", "learn_ranked", "learn_importance", "learn_network")
ANSWERS = ("learn_wrong", "learn_right")
READ = (
    "run",
    "runs",
    "experiment",
    "predicted",
    "quiz",
    "seed",
    "questions",
    "answers",
    "at",
    "lab",
    "progress",
    "step",
)
EXPERIMENT = (
    "axis_0",
    "values_sweep_alpha",
    *(f"{prefix}_{name}" for prefix in ("model", "seeds") for name in EXPERIMENTS),
)
RUNS = ("r1", "s1", *(one.run.id for one in recorded.all_recorded()))
KNOWN = (*RUNS, *EXPERIMENTS, "everything", "1_0_2", "teacher", "true")

parameters = st.dictionaries(
    st.sampled_from([*READ, *READ, "data", *BOUND, *LEARN, *ANSWERS, *EXPERIMENT, *all_controls()]),
    st.one_of(odd_texts, st.sampled_from(KNOWN), st.lists(odd_texts, min_size=2, max_size=3)),
    max_size=6,
)


def test_addresses(for_a_while, open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("s1", "finished", [], make_experiment("how_hot"))

    @given(st.sampled_from(PAGES), parameters)
    def holds(page, link):
        app = open_screen(page, **link)
        assert acting(app) == []
        app.run()
        assert not app.exception

    for_a_while(holds)
