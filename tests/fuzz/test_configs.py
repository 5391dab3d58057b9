"""Settings from anywhere become a config that says the same everywhere, or one clear error."""

from __future__ import annotations

import shlex
from contextlib import suppress
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.cli import experiments
from simulator.cli.main import make_parser
from simulator.config.run import RunConfig, make_config
from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.experiments.config import SAME_TEACHER, read_values
from simulator.runs import service
from tests.fuzz.drawn import NUMBERS, odd_texts, odd_values, settings_of_a_run, unless_refused
from ui.report.common import flags
from ui.settings import controls, fitting

pytestmark = pytest.mark.fuzz


def test_settings_of_a_run(for_a_while):
    @given(settings_of_a_run())
    def holds(values):
        config = unless_refused(lambda: make_config(values))
        if config is None:
            return
        assert make_config(config.model_dump()) == config
        assert RunConfig.model_validate_json(config.model_dump_json()) == config
        assert from_command_line(shlex.split(f"run {flags(config)}")) == config
        assert isfinite(service.forecast(config).seconds)
        link = {name: [value] if isinstance(value, str) else value for name, value in controls.in_link(config).items()}
        asked, notes = fitting.from_link(link)
        assert not notes
        fitting.fit(asked, None)

    for_a_while(holds)


def from_command_line(arguments):
    options = make_parser().parse_args(arguments)
    return make_config({name: value for name, value in vars(options).items() if name in RunConfig.model_fields})


def test_settings_of_a_link_are_made_to_fit(for_a_while):
    @given(st.dictionaries(st.sampled_from(list(RunConfig.model_fields)), st.lists(odd_texts, min_size=1, max_size=3)))
    def holds(link):
        asked, notes = fitting.from_link(link)
        config, more = fitting.fit(asked, None)
        assert all(len(note) < 2_000 for note in notes + more)
        assert fitting.fit(dict(config), None) == (config, [])

    for_a_while(holds)


FLAGS = [f"--{name.replace('_', '-')}" for name in RunConfig.model_fields]
TOKENS = st.one_of(
    st.sampled_from(["run", "experiment", "prepare", "--sparsity", "--axis", "--seeds", "--json", "--", *FLAGS]),
    st.sampled_from([*EXPERIMENTS, "resnet18", "digits", "structured", "temperature=1,4,8", "=,", *NUMBERS]),
    odd_texts,
)


def test_words_on_the_command_line(for_a_while):
    @given(st.lists(TOKENS, max_size=8))
    def of_a_run(arguments):
        with suppress(SystemExit):
            unless_refused(lambda: from_command_line(["run", *arguments]))

    @given(st.lists(TOKENS, max_size=8))
    def of_an_experiment(arguments):
        with suppress(SystemExit):
            o = make_parser().parse_args(["experiment", *arguments])
            asked = {name: value for name, value in vars(o).items() if name in RunConfig.model_fields}
            unless_refused(lambda: experiments.chosen(o.name or "", asked, o.axis, o.seeds, o.continues))

    def both():
        of_a_run()
        of_an_experiment()

    for_a_while(both)


axes = st.dictionaries(
    st.sampled_from([*SAME_TEACHER, "level", "labels", "x"]), st.lists(odd_values, max_size=4), max_size=2
)
seeds = st.one_of(st.none(), st.integers(1, 5), odd_values)


def test_settings_of_an_experiment(for_a_while):
    @given(st.sampled_from(list(EXPERIMENTS)), settings_of_a_run(), axes, seeds)
    def holds(name, values, axes, seeds):
        config = unless_refused(lambda: make_experiment(name, values, axes, seeds))
        if config is not None:
            assert type(config).model_validate_json(config.model_dump_json()) == config
            assert isfinite(service.forecast(config).seconds)

    for_a_while(holds)


def test_values_of_an_axis_as_they_are_typed(for_a_while):
    @given(st.sampled_from([*SAME_TEACHER, "level"]), st.lists(odd_texts, max_size=4))
    def holds(setting, texts):
        unless_refused(lambda: read_values(setting, ",".join(texts)))

    for_a_while(holds)
