"""Whole runs of a tiny CNN for every schedule and pattern: what the variants are, read from their files."""

import pytest
import torch

from simulator.config.run import make_config
from simulator.engine import pipeline
from simulator.engine.pruning.masks import prunable_parameters
from simulator.engine.stages import student
from simulator.errors import SimulatorError
from simulator.events import EpochFinished, LossPoint, Measured, Progress, StageFinished, StageStarted
from tests import exported

pytestmark = pytest.mark.usefixtures("kept_tiny_teacher")

SHORT = {"model": "tiny_cnn", "train_examples": 192, "epochs": 1, "recovery_epochs": 1, "weights": "scratch"}


def carry_out(folder=None, **settings):
    return list(pipeline.run(make_config({**SHORT, **settings}), variants_to=folder))


def of(events, kind):
    return [e for e in events if isinstance(e, kind)]


def measured(events):
    return {e.measurement.name: e.measurement for e in of(events, Measured)}


def weights(folder, variant):
    return prunable_parameters(exported.load(folder / variant), ("classifier",), ())


@pytest.mark.parametrize("schedule", ["iterative", "cubic"])
@pytest.mark.parametrize("importance", ["magnitude", "taylor"])
def test_gradual_schedules_reach_the_target_and_go_on_from_the_distilled_student(schedule, importance, tmp_path):
    events = carry_out(tmp_path, schedule=schedule, importance=importance, target_sparsity=0.8, recovery_epochs=2)
    found = measured(events)
    assert found["pruned"].prunable_sparsity == pytest.approx(0.8, abs=1e-4)
    assert found["recovered"].prunable_sparsity == pytest.approx(0.8, abs=1e-3)
    at_once, gradual = weights(tmp_path, "pruned"), weights(tmp_path, "recovered")
    assert any(((gradual[n] != 0) & (at_once[n] == 0)).any() for n in gradual)  # other weights were kept


def test_the_rounds_are_one_training_as_long_as_the_recovery():
    events = carry_out(schedule="iterative", rounds=4, recovery_epochs=2)
    points = [e for e in of(events, LossPoint) if e.variant == "recovered"]
    assert [p.step for p in points] == list(range(1, 7))  # 192 examples, 64 a batch, twice
    assert points[-1].epoch == 2
    assert [e.epoch for e in of(events, EpochFinished) if e.variant == "recovered"] == [0, 1, 2]
    (finished,) = [e for e in of(events, StageFinished) if e.stage == "recover"]
    assert finished.examples == 2 * 192
    done = [e.done for e in of(events, Progress) if e.stage == "recover"]
    assert done == sorted(done)


def test_a_lottery_ticket_and_its_control_keep_the_masks_and_train_for_all_epochs(tmp_path):
    kept = {}
    for schedule in ("lottery", "lottery_random"):
        folder = tmp_path / schedule
        events = carry_out(folder, schedule=schedule, epochs=2, recovery_epochs=0)
        assert [e.epoch for e in of(events, EpochFinished) if e.variant == "recovered"] == [0, 1, 2]
        pruned, recovered = weights(folder, "pruned"), weights(folder, "recovered")
        assert all((recovered[n][pruned[n] == 0] == 0).all() for n in pruned)
        assert measured(events)["recovered"].prunable_sparsity == pytest.approx(0.5, abs=1e-3)
        kept[schedule] = pruned, recovered
    ticket, control = kept["lottery"], kept["lottery_random"]
    assert all(torch.equal(ticket[0][n], control[0][n]) for n in ticket[0])
    assert not any(torch.equal(ticket[1][n], control[1][n]) for n in ticket[1])


def test_a_ticket_starts_from_the_initial_weights_under_the_mask(monkeypatch):
    """What recovery hands to the training, caught on its way."""
    config, starts = make_config({**SHORT, "schedule": "lottery", "recovery_epochs": 0}), {}
    train = student.train

    def watched(model, training):
        starts[training.variant] = ({n: p.detach().clone() for n, p in model.named_parameters()}, training.masks)
        return train(model, training)

    monkeypatch.setattr(student, "train", watched)
    list(pipeline.run(config))
    (ticket, masks), (initial, _) = starts["recovered"], starts["control"]
    assert masks
    for name, p in ticket.items():
        assert torch.equal(p, initial[name] * masks.get(name, 1)), name


def test_two_of_four_holds_through_recovery_and_names_what_stays_dense(tmp_path):
    events = carry_out(tmp_path, pruning="2:4", importance="wanda")
    (note,) = [e.note for e in of(events, StageStarted) if e.stage == "prune"]
    assert note.endswith("not a multiple of four: stages.0.0.weight")
    for variant in ("pruned", "recovered"):
        for name, p in weights(tmp_path, variant).items():
            zeros = (p.detach().movedim(1, -1) == 0).numpy()
            if name == "stages.0.0.weight":
                assert not zeros.any()
            else:
                assert (zeros.reshape(-1, 4).sum(1) == 2).all(), (variant, name)
    encodings = {e.measurement.name: e.measurement.sparse_encodings for e in of(events, Measured)}
    layers = len(weights(tmp_path, "recovered")) - 1
    assert encodings["pruned"]["2:4"] == encodings["recovered"]["2:4"] == layers


def test_structured_rounds_reach_the_target_and_stay_trainable():
    found = measured(carry_out(pruning="structured", schedule="iterative", rounds=2, importance="batchnorm_scale"))
    at_once, in_rounds = found["pruned"], found["recovered"]
    assert in_rounds.parameters == pytest.approx(at_once.parameters, rel=0.25)  # other channels of other layers
    assert in_rounds.parameters < 0.6 * found["distilled"].parameters
    assert in_rounds.sparsity < 0.01


def test_shares_by_hand_are_the_measured_ones():
    shares = {"stages.1.0.weight": 0.25, "stages.2.0.weight": 0.9}
    found = measured(carry_out(scope="by_hand", layer_sparsity=shares))
    for variant in ("pruned", "recovered"):
        for layer in found[variant].layers:
            if len(layer.shape) == 4:
                gone = 1 - layer.nonzero_parameters / layer.parameters
                assert gone == pytest.approx(shares.get(layer.name, 0.0), abs=1 / layer.parameters), layer.name


def test_a_layer_that_is_not_there_is_said_before_anything_is_trained():
    run = pipeline.run(make_config({**SHORT, "scope": "by_hand", "layer_sparsity": "nowhere.weight=0.5"}))
    events = []
    with pytest.raises(SimulatorError, match=r"nowhere\.weight") as refused:
        events.extend(run)
    assert "stages.1.0.weight" in refused.value.advice
