"""Soft targets and the loss: what the sliders change, and in which unit."""

from __future__ import annotations

from tests.ui.reading import widget, words


def test_the_entropy_is_in_the_unit_of_the_losses(open_screen):
    text = words(open_screen("learn_soft_targets"))
    assert "nats, distilled student" in text
    assert "bits" not in text


def test_the_temperature_slider_changes_what_is_said(open_screen):
    app = open_screen("learn_soft_targets")
    before = words(app)
    widget(app, "t").set_value(10.0).run()
    assert "at T = 10" in words(app)
    assert words(app) != before


def test_alpha_stands_in_the_formula(open_screen):
    app = open_screen("learn_loss", learn_alpha="0.25")
    assert any("{0.25}" in latex.value for latex in app.get("latex"))
    assert any("def distillation_loss" in code.value for code in app.code)


def test_the_loss_stands_beside_the_code_that_ran(open_screen):
    app = open_screen("learn_loss")
    assert "def soft_loss(" in app.code[0].value
    assert next(e for e in app.expander if e.label == "As it runs").proto.expanded
