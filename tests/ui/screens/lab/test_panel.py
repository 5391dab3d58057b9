"""The Lab's controls."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.config.settings import SETTINGS
from simulator.runs.database.store import open_store
from tests.ui.reading import widget, words
from ui.settings.controls import EXPLAINED
from ui.shell.frame import ARRIVED


def test_a_link_sets_the_controls(open_screen):
    app = open_screen("lab", model="T5-small", temperature="2.5", scope="Layer-wise")
    assert widget(app, "model").value == "t5_small"
    assert widget(app, "temperature").value == 2.5
    assert widget(app, "scope").value == "layer_wise"
    assert widget(app, "dataset").value == "reviews_topic"
    assert not app.warning


def test_a_link_that_does_not_fit_is_noted_and_the_page_works(open_screen):
    app = open_screen("lab", model="nonsense", temperature="99", epochs="many", image_size="33", seed="-4")
    (note,) = app.warning
    for part in ("nonsense", "99", "many", "33", "-4"):
        assert part in note.value
    app.button(key="run_button").click().run()
    assert open_store().list_runs()[0].config == make_config({})


def test_switching_the_model_keeps_what_fits(open_screen):
    app = open_screen("lab", preset="usual")
    widget(app, "temperature").set_value(9.0)
    app.run()
    widget(app, "model").set_value("distilbert")
    app.run()
    assert not app.exception
    assert widget(app, "temperature").value == 9.0
    assert widget(app, "dataset").value == "reviews_topic"
    assert widget(app, "student_size").value == 3
    assert widget(app, "learning_rate").value == 1e-4


def test_settings_survive_a_change_of_page(open_screen):
    app = open_screen("lab", preset="usual")
    widget(app, "temperature").set_value(9.0)
    app.run()
    app.switch_page("pages/home.py").run()
    app.switch_page("pages/lab.py").run()
    assert widget(app, "temperature").value == 9.0


def test_every_setting_that_applies_stands_at_the_top_or_in_its_card(open_screen):
    def stands(title):
        (card,) = [e for e in app.get("expander") if e.label.startswith(f"**{title}**")]
        (more,) = [e for e in card.children.values() if e.type == "expander" and e.label == "More"]
        return tuple(
            {c.key for c in place.children.values() if getattr(c, "key", None) in SETTINGS} for place in (card, more)
        )

    app = open_screen("lab", preset="usual")
    assert stands("Model and data") == (
        {"model", "dataset", "student_size", "train_examples", "labels"},
        {"image_size", "weights"},
    )
    assert stands("Distillation") == ({"method", "alpha"}, {"learning_rate", "batch_size", "seed", "repeats"})
    further = {"importance", "schedule", "recovery_with_teacher"}
    assert stands("Pruning") == ({"pruning", "scope", "recovery_epochs"}, further | {"also_prune"})
    widget(app, "pruning").set_value("structured")
    widget(app, "model").set_value("distilbert")
    app.run()
    assert stands("Model and data")[1] == {"weights"}
    assert stands("Pruning")[1] == further | {"round_to"}


def test_help_explains_every_choice_of_a_radio(open_screen):
    app = open_screen("lab", preset="usual")
    for name, listed in EXPLAINED.items():
        shown = widget(app, name)
        offered = [choice for choice in listed.values() if choice.title in shown.options]
        assert len(offered) == len(shown.options)
        for choice in offered:
            assert f"- **{choice.title}:** {choice.help}" in shown.help


def test_two_of_four_settles_the_sparsity_and_says_so(open_screen):
    app = open_screen("lab", preset="usual")
    assert not widget(app, "target_sparsity").disabled
    widget(app, "target_sparsity").set_value(0.8)
    widget(app, "pruning").set_value("2:4")
    app.run()
    assert not app.exception
    assert widget(app, "target_sparsity").disabled
    assert widget(app, "target_sparsity").value == 0.5
    assert "exactly half of every layer" in words(app)
    assert "scope" not in [r.key for r in app.radio]
    assert widget(app, "schedule").options == ["One-shot", "Lottery ticket", "Lottery ticket, redrawn"]


def test_the_loss_on_screen_is_the_one_that_the_method_has(open_screen):
    app = open_screen("lab", method="Decoupled (DKD)", beta="2")
    assert not app.warning
    assert widget(app, "alpha").value == 1.0 and widget(app, "beta").value == 2.0
    assert "Loss = **1** · soft loss + **1** · hard loss" in words(app)
    assert "rest + 2 · KL among the wrong classes" in words(app)
    widget(app, "method").set_value("kd")
    app.run()
    assert "Loss = **0.7** · soft loss + **0.3** · hard loss" in words(app)
    assert "beta" not in [s.key for s in app.slider]


def test_a_schedule_with_rounds_shows_how_many(open_screen):
    app = open_screen("lab", schedule="Iterative", importance="taylor")
    assert not app.warning
    assert widget(app, "importance").value == "taylor"
    assert widget(app, "rounds").value == 3
    widget(app, "pruning").set_value("2:4")
    app.run()
    assert widget(app, "schedule").value == "one_shot"
    assert "rounds" not in [s.key for s in app.slider]


def test_shares_by_hand_are_written_down_and_run(open_screen):
    app = open_screen("lab", scope="By hand")
    text = next(t for t in app.text_input if t.key == "layer_sparsity")
    text.set_value("layer1.0.conv1.weight=0.5")
    app.run()
    assert widget(app, "target_sparsity").disabled
    app.button(key="run_button").click().run()
    (run,) = open_store().list_runs()
    assert run.config == make_config({"scope": "by_hand", "layer_sparsity": "layer1.0.conv1.weight=0.5"})
    text = next(t for t in app.text_input if t.key == "layer_sparsity")
    text.set_value("layer1.0.conv1.weight=2")
    app.run()
    assert not app.exception
    assert "'layer1.0.conv1.weight=2' needs a weight's name and a share of 0 to 0.95" in app.warning[0].value


def test_a_link_followed_later_in_a_session_sets_model_and_data_together(open_screen):
    app = open_screen("lab", model="ResNet-18", temperature="8")
    app.query_params.clear()
    app.switch_page("pages/own_data.py").run()
    app.session_state[ARRIVED] = True  # AppTest runs later pages without the frame that marks this
    app.query_params.update({"model": "DistilBERT", "dataset": "Reviews: pleased or not?"})
    app.switch_page("pages/lab.py").run()
    assert not app.exception, app.exception
    assert (app.selectbox(key="model").value, app.selectbox(key="dataset").value) == ("distilbert", "reviews_sentiment")
    assert app.slider(key="temperature").value == 8


@pytest.mark.usefixtures("tiny_cnn")
def test_a_model_that_was_registered_from_outside_can_be_chosen(open_screen):
    app = open_screen("lab", preset="usual")
    assert widget(app, "model").options[-1] == "Tiny CNN"
    widget(app, "model").set_value("tiny_cnn").run()
    assert not app.exception
    assert widget(app, "student_size").value == 0.5
    assert widget(app, "dataset").value == "digits"
