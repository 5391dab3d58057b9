"""Every experiment has its words, and one seed proves nothing."""

from __future__ import annotations

from simulator.experiments import EXPERIMENTS, make_experiment
from tests.simulator.experiments.concluding import cells, threes


def test_every_experiment_has_its_words_and_can_be_made_with_every_model():
    from simulator.catalog.models import MODELS

    for experiment in EXPERIMENTS.values():
        assert experiment.question.endswith("?") and experiment.hypothesis and experiment.look_for and experiment.paper
        assert len(experiment.predictions) >= 2 and experiment.quantities.titles
        for model in experiment.models or MODELS:
            config = make_experiment(experiment.name, {"model": model})
            assert experiment.trained_examples(config) > 0
            places = config.places()
            assert places is None or len(places) == len({(tuple(at.items()), seed) for at, seed in places})


def test_one_seed_calls_no_prediction_right():
    config = make_experiment("missing_digit", seeds=1)
    conclusion = config.conclude(cells(config, threes(0.9, 0.1)))
    assert (conclusion.answer, conclusion.shown) == ("", False)
    assert "One seed cannot tell" in conclusion.sentences[0]


def test_the_cells_of_a_seed_share_one_distillation():
    axes = {"importance": ("magnitude", "random"), "target_sparsity": (0.5, 0.8, 0.9)}
    config = make_experiment("importance", {"train_examples": 100, "epochs": 7, "recovery_epochs": 2}, axes, 3)
    # for each seed, 7 epochs of distillation, and 2 of recovery in each of six cells
    assert config.entry.trained_examples(config) == 3 * 100 * (7 + 6 * 2)
