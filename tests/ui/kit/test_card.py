from streamlit.testing.v1 import AppTest


def drawn(experiment, is_planned=False):
    def script(experiment, is_planned):
        import streamlit as st

        from simulator.experiments import make_experiment
        from simulator.runs import recorded
        from ui.kit.card import card

        planned = make_experiment(experiment) if is_planned else None
        with card("key", recorded.of_experiment(experiment), planned):
            st.markdown("What it is about")

    return AppTest.from_function(script, args=(experiment, is_planned)).run()


def test_a_card_shows_what_was_recorded_beside_its_words():
    app = drawn("few_labels", is_planned=True)
    assert not app.exception
    assert next(c.value for c in app.caption).startswith("12 recorded results")
    assert [m.value for m in app.markdown] == ["What it is about"]
    assert len(app.columns) == 2


def test_a_card_of_which_nothing_is_recorded_has_only_words():
    app = drawn("missing_digit")
    assert not app.exception and not app.caption and not app.columns
    assert [m.value for m in app.markdown] == ["What it is about"]


def test_a_card_says_what_a_run_would_show_until_one_is_recorded():
    app = drawn("missing_digit", is_planned=True)
    assert not app.exception
    assert [c.value for c in app.caption] == [
        'Nothing is recorded yet. A run would show 25 results for "Test threes recognised, bias corrected", by '
        "temperature."
    ]
    assert len(app.columns) == 2
