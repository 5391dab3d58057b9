"""``python -m simulator experiment``: the list, refusals, and what is printed of an experiment that is there."""

from __future__ import annotations

import pytest

import simulator.cli.main as cli
from simulator.cli import experiments
from simulator.errors import InvalidConfig
from simulator.events import CellFinished, Concluded, Conclusion
from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.runs.database.store import open_store


def test_the_list_has_a_line_for_each(capsys):
    assert cli.main(["experiment", "--list"]) == 0
    printed = capsys.readouterr().out
    for experiment in EXPERIMENTS.values():
        assert experiment.name in printed and experiment.question[:30] in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["experiment", "alchemy"], ["alchemy", "missing_digit"]),
        (["experiment", "how_hot", "--axis", "temperature"], ["temperature=1,4,8"]),
        (["experiment", "how_hot", "--axis", "temperature=0.1"], ["0.1"]),
        (["experiment", "how_hot", "--seeds", "9"], ["seeds"]),
        (["experiment", "missing_digit", "--model", "distilbert"], ["distilbert"]),
        (["experiment", "how_hot", "--json", "/nowhere/at/all.json"], ["/nowhere/at"]),
    ],
)
def test_what_cannot_be_is_one_line_and_code_2(arguments, words, capsys):
    assert cli.main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1 and not printed.out
    for word in words:
        assert word in printed.err


def test_settings_and_values_are_taken_from_the_flags():
    config = experiments.chosen("how_hot", {"epochs": "2"}, ["temperature=1,9"], 2, "")
    assert (config.base.epochs, config.values("temperature"), config.seeds) == (2, (1.0, 9.0), 2)


def test_a_sweep_takes_values_that_fit_only_together():
    """Its base has 200 examples, and each of its cells has more than 500."""
    config = experiments.chosen("sweep", {}, ["train_examples=700,1077", "labels=500"], 1, "")
    assert (config.values("train_examples"), config.values("labels")) == ((700, 1077), (500,))


def test_a_run_of_another_experiment_cannot_be_continued():
    open_store().add("s", make_experiment("four_way"), None)
    with pytest.raises(InvalidConfig, match="no run of how_hot"):
        experiments.chosen("how_hot", {}, [], None, "s")
    assert experiments.chosen("four_way", {}, [], None, "s").continues == "s"


def test_the_table_and_the_conclusion_of_an_experiment(capsys):
    store = open_store()
    store.add("s", make_experiment("how_hot"), None, origin="cli")
    store.start("s", "1@1")
    cell = CellFinished(at={"temperature": 4.0}, seed=1, values={"accuracy": 0.875}, measured_in="x")
    conclusion = Conclusion(sentences=("One.", "Two."), answer="no", shown=False)
    store.append("s", [cell, Concluded(conclusion=conclusion)])
    cli.console.print(experiments.table("s"))
    out = capsys.readouterr().out
    assert "0.875" in out and "1*" in out
    assert experiments.conclusion("s") == "One.\nTwo."
    assert cli.main(["runs"]) == 0
    assert "How hot?" in capsys.readouterr().out
