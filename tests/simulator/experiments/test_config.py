from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from simulator.catalog.methods import METHODS
from simulator.config.run import make_config
from simulator.engine.worker import earlier_cells
from simulator.errors import InvalidConfig
from simulator.events import EVENT, CellFinished, Concluded, Conclusion, Described, StageFinished
from simulator.experiments import EXPERIMENTS, make_experiment
from simulator.experiments.config import ANY_CONFIG, read_values, with_settings
from simulator.runs import archive, service
from simulator.runs.database.schema import runs
from simulator.runs.database.store import Store
from simulator.runs.forecast.cost import forecast_experiment
from tests.ui.invented import PROVENANCE

DESCRIBED = Described(provenance=PROVENANCE, class_names=("a", "b"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: make_experiment("alchemy"), ["alchemy", "missing_digit"]),
        (lambda: make_experiment("missing_digit", {"model": "distilbert"}), ["distilbert"]),
        (lambda: make_experiment("missing_digit", {"dataset": "fashion_mnist"}), ["fashion_mnist", "choose digits"]),
        (lambda: make_experiment("how_hot", axes={"temperature": (0.5,)}), ["temperature", "0.5"]),
        (lambda: make_experiment("how_hot", axes={"temperature": (1.0, 1.0)}), ["a value twice"]),
        (lambda: make_experiment("how_hot", axes={"alpha": (0.5,)}), ["cannot vary alpha", "temperature"]),
        (lambda: make_experiment("few_labels", axes={"labels": (5,)}), ["labels is 5", "20"]),
        (lambda: make_experiment("few_labels", axes={"labels": (1077,)}), ["leave nothing to the teacher"]),
        (lambda: make_experiment("few_labels", {"labels": 50}), ["labels 50 is ignored", "--axis"]),
        (lambda: make_experiment("missing_digit", {"labels": 50}), ["labels 50 is ignored in missing_digit"]),
        (lambda: make_experiment("four_way", {"recovery_epochs": 0}), ["second phase"]),
        (lambda: make_experiment("step_by_step", axes={"schedule": ("cubic",)}), ["schedule cubic", "one_shot"]),
        (
            lambda: make_experiment("step_by_step", axes={"schedule": ("one_shot", "lottery")}),
            ["lottery", "for longer"],
        ),
        (lambda: make_experiment("step_by_step", {"pruning": "structured"}), ["cubic", "structured"]),
        (lambda: make_experiment("step_by_step", {"recovery_epochs": 0}), ["recovery_epochs is 0"]),
        (lambda: make_experiment("step_by_step", {"scope": "by_hand"}), ["by_hand", "layer_wise"]),
        (lambda: make_experiment("importance", axes={"importance": ("taylor", "wanda")}), ["random, the control"]),
        (
            lambda: make_experiment(
                "importance", {"model": "distilbert"}, axes={"importance": ("random", "batchnorm_scale")}
            ),
            ["batchnorm_scale"],
        ),
        (lambda: make_experiment("importance", {"recovery_epochs": 0}), ["recovery_epochs"]),
        (lambda: make_experiment("four_way", {"schedule": "cubic"}), ["schedule cubic is ignored in four_way"]),
        (lambda: make_experiment("four_way", {"repeats": 5}), ["repeats 5", "--seeds"]),
        (lambda: make_experiment("sensitivity", {"importance": "wanda"}), ["importance wanda is ignored"]),
        (lambda: make_experiment("few_labels", {"target_sparsity": 0.9}), ["target_sparsity 0.9 is ignored"]),
        (lambda: make_experiment("how_hot", {"temperature": 9.0}), ["temperature 9.0 is ignored", "--axis"]),
        (
            lambda: make_experiment("how_hot", {"method": "rkd"}),
            ["rkd has no temperature", "how_hot", "Choose method kd"],
        ),
        (lambda: make_experiment("missing_digit", {"method": "label_smoothing"}), ["label_smoothing has no teacher"]),
        (lambda: make_experiment("importance", {"pruning": "2:4"}), ["2:4", "structured"]),
        (lambda: make_experiment("zeros_or_channels", {"scope": "layer_wise"}), ["layer_wise", "choose global"]),
        (lambda: make_experiment("zeros_or_channels", {"also_prune": ("biases",)}), ["biases"]),
        (lambda: make_experiment("zeros_or_channels", {"pruning": "2:4"}), ["2:4"]),
        (lambda: make_experiment("zeros_or_channels", axes={"parts_removed": (0.99,)}), ["parts_removed 0.99", "0.95"]),
        (lambda: make_experiment("mistakes", {"method": "rkd"}), ["rkd", "choose kd"]),
        (lambda: make_experiment("mistakes", {"pruning": "structured"}), ["structured", "unstructured"]),
        (lambda: make_experiment("mistakes", {"recovery_epochs": 0}), ["recovery_epochs"]),
        (lambda: make_experiment("mistakes", {"importance": "wanda"}), ["wanda", "classifier", "choose magnitude"]),
        (lambda: make_experiment("mistakes", {"also_prune": ("biases",)}), ["also_prune biases", "leave it empty"]),
        (lambda: make_experiment("how_hot", axes={"temperature": (4.0,)}), ["nothing to compare", "two or more"]),
        (lambda: make_experiment("sweep", axes={"image_size": (32, 64)}), ["cannot vary image_size"]),
        (lambda: make_experiment("sweep", axes=dict.fromkeys(("epochs", "alpha", "temperature"), (1,))), ["axes"]),
        (lambda: make_experiment("how_hot", seeds=6), ["seeds", "5"]),
        (lambda: read_values("temperature", "1, warm"), ["warm"]),
        (lambda: read_values("labels", "50, 19"), ["labels '19'", "20"]),
        (lambda: read_values("scope", "global, all"), ["scope 'all'", "choose global"]),
        (lambda: make_experiment("sweep", axes={"labels": (500,)}), ["labels 500 is more than train_examples 200"]),
        (
            lambda: make_experiment("sweep", {"pruning": "2:4"}, {"target_sparsity": (0.3, 0.7)}),
            ["target_sparsity 0.3 is ignored in a cell", "2:4 removes exactly half"],
        ),
    ],
)
def test_an_experiment_that_cannot_be_is_refused_with_what_can(make, words):
    with pytest.raises(InvalidConfig) as refused:
        make()
    for word in words:
        assert word in str(refused.value)


def test_typed_values_are_read_as_their_setting_is():
    assert read_values("temperature", "1, 4.5") == (1.0, 4.5)
    assert read_values("epochs", "1,2") == (1, 2)
    assert read_values("recovery_with_teacher", "true,false") == (True, False)
    assert read_values("scope", "global, layer_wise") == ("global", "layer_wise")
    assert read_values("labels", "50,100") == (50, 100)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_comes_back_from_the_store_as_it_was_put_in(store: Store, name: str):
    config = make_experiment(name)
    store.add("s", config, None)
    run = store.get("s")
    assert run.config == config and run.experiment == config
    assert run.settings == config.base
    assert ANY_CONFIG.validate_json(run.config.model_dump_json()) == config


def test_rows_of_before_there_were_experiments_are_ordinary_runs(store: Store):
    store.add("old", make_config({}), None)
    with store.engine.begin() as connection:
        row = connection.execute(sa.select(runs.c.config)).scalar_one()
        assert "kind" not in json.loads(row)
    store.add("new", make_experiment("how_hot"), None)
    assert [run.experiment is None for run in store.list_runs()] == [False, True]
    assert store.recent_costs("resnet18") == []


def test_a_forecast_of_an_experiment_grows_with_its_seeds(store: Store):
    few, many = (service.forecast(make_experiment("few_labels", seeds=n)).seconds for n in (1, 5))
    assert many > few > 0


def test_cells_and_conclusions_come_back_as_they_were(store: Store):
    events = [
        CellFinished(
            at={"pruned": True, "temperature": 4.0, "labels": 50, "scope": "global"}, seed=1, values={"x": 0.5}
        ),
        Concluded(conclusion=Conclusion(sentences=("So.",), answer="yes", shown=True)),
    ]
    for event in events:
        back = EVENT.validate_json(event.model_dump_json())
        assert back == event
    assert type(EVENT.validate_json(events[0].model_dump_json()).at["pruned"]) is bool


# -- going on from an earlier run


def test_a_sweep_over_methods_leaves_each_its_usual_alpha_unless_one_was_asked_for():
    usual, asked = make_experiment("sweep").base, make_experiment("sweep", {"alpha": 0.5}).base
    assert with_settings(usual, {"method": "label_smoothing"}).alpha == METHODS["label_smoothing"].alpha
    assert with_settings(asked, {"method": "label_smoothing"}).alpha == 0.5
    assert with_settings(usual, {"method": "label_smoothing", "alpha": 0.5}).alpha == 0.5


def test_where_all_examples_have_labels_other_examples_have_them_too():
    usual, few = make_experiment("sweep").base, make_experiment("sweep", {"labels": 50}).base
    assert with_settings(usual, {"train_examples": 700}).labels == 700
    assert with_settings(few, {"train_examples": 700}).labels == 50
    with pytest.raises(InvalidConfig, match="labels 90 is more than train_examples 64"):
        make_experiment("sweep", axes={"train_examples": (64, 200), "labels": (50, 90)})


def test_a_sweep_takes_settings_that_fit_only_together_and_refuses_a_pair_that_does_not():
    fine = make_experiment(
        "sweep", axes={"pruning": ("unstructured", "structured"), "schedule": ("one_shot", "iterative")}
    )
    assert len(fine.places()) == 4 * fine.seeds
    with pytest.raises(InvalidConfig, match="schedule cubic does not go with pruning structured"):
        make_experiment("sweep", axes={"pruning": ("unstructured", "structured"), "schedule": ("one_shot", "cubic")})


@pytest.mark.parametrize(
    "axes",
    [
        {"train_examples": (700, 1077), "labels": (500,)},
        {"pruning": ("structured",), "round_to": (4, 8)},
    ],
)
def test_settings_that_fit_only_together_are_those_of_the_cells(axes):
    """Of a sweep whose base has 200 examples and prunes single weights."""
    typed = {name: read_values(name, ",".join(map(str, axes[name]))) for name in axes}
    assert typed == axes
    config = make_experiment("sweep", axes=typed)
    cells = [{name: getattr(cell, name) for name in axes} for cell in config.settings_of_cells()]
    assert cells == [at for at, _ in config.places()[: len(cells)]] and len(cells) == 2
    service.submit(config, origin="cli")


def test_a_sweep_with_a_method_that_compares_features_is_expected_to_take_longer(store: Store):
    plain, compared = (make_experiment("sweep", axes={"method": ("kd", m)}) for m in ("dist", "hint"))
    assert forecast_experiment(compared, store).seconds > forecast_experiment(plain, store).seconds


def cell(temperature: float, **more: str) -> CellFinished:
    return CellFinished(at={"temperature": temperature}, seed=0, values={"accuracy": 0.5}, **more)


def ended(store: Store, run_id: str, state: str, events: list, **changes: object) -> str:
    store.add(run_id, make_experiment("how_hot").model_copy(update=changes), None)
    store.start(run_id, "1@1")
    store.append(run_id, events)
    store.finish(run_id, state)
    return run_id


def test_an_experiment_that_was_carried_out_here_is_expected_to_take_as_long_again(store: Store):
    def expected(name: str, seeds: int, **settings: object) -> float:
        return forecast_experiment(make_experiment(name, settings, seeds=seeds), store).seconds

    others = expected("how_hot", 1, model="mobilenet_v2"), expected("few_labels", 1)
    took = StageFinished(stage="experiment", seconds=600, peak_memory_mb=1)
    ended(store, "a", "finished", [took], seeds=1)
    ended(
        store, "b", "finished", [took.model_copy(update={"seconds": 9})], seeds=1, continues="a"
    )  # few cells of its own
    assert expected("how_hot", 3) - expected("how_hot", 1) == pytest.approx(1200)
    assert (expected("how_hot", 1, model="mobilenet_v2"), expected("few_labels", 1)) == others


def test_cells_take_time_beside_the_training(store: Store):
    scan = (
        make_experiment("sensitivity", axes={"sparsity": (0.3,)}),
        make_experiment("sensitivity", axes={"sparsity": (0.3, 0.6)}),
    )
    few, many = (forecast_experiment(config, store).seconds for config in scan)
    assert many > few  # it trains no more


def test_a_cancelled_experiment_goes_on_and_a_finished_one_starts_anew(store: Store):
    ended(store, "a", "cancelled", [])
    ended(store, "b", "finished", [])
    assert archive.run(service.rerun("a")).experiment.continues == "a"
    assert archive.run(service.rerun("b")).experiment.continues == ""


def test_earlier_cells_are_marked_with_the_run_that_measured_them(store: Store):
    ended(store, "a", "cancelled", [DESCRIBED, cell(1.0)])
    ended(store, "b", "cancelled", [DESCRIBED, cell(1.0, measured_in="a"), cell(2.0)], continues="a")
    ended(store, "c", "cancelled", [], continues="b")  # stopped before it said anything
    provenance, cells = earlier_cells(make_experiment("how_hot").model_copy(update={"continues": "c"}), store)
    assert provenance == PROVENANCE
    assert [(c.at["temperature"], c.measured_in) for c in cells] == [(1.0, "a"), (2.0, "b")]


def test_cells_of_other_settings_or_of_a_deleted_run_are_not_taken(store: Store):
    ended(store, "a", "cancelled", [DESCRIBED, cell(1.0)])
    other = make_experiment("how_hot", {"epochs": 3}).model_copy(update={"continues": "a"})
    assert earlier_cells(other, store) is None
    same = make_experiment("how_hot").model_copy(update={"continues": "a"})
    assert earlier_cells(same, store) is not None
    service.delete("a")
    assert earlier_cells(same, store) is None


def test_cells_of_an_imported_run_are_measured_anew(store: Store):
    ended(store, "a", "cancelled", [DESCRIBED, cell(1.0)])
    same = make_experiment("how_hot").model_copy(update={"continues": "a"})
    assert earlier_cells(same, store) is not None
    run, events = store.get("a"), [event for _, event in store.events("a")]
    store.restore([(run.model_copy(update={"id": "b", "origin": "imported"}), events)], {})
    assert earlier_cells(same.model_copy(update={"continues": "b"}), store) is None
