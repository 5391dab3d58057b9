from streamlit.testing.v1 import AppTest


def drawn(experiment):
    def script(experiment):
        import streamlit as st

        from simulator.runs import recorded
        from ui.kit.card import card

        with card("key", recorded.of_experiment(experiment)):
            st.markdown("What it is about")

    return AppTest.from_function(script, args=(experiment,)).run()


def test_a_card_shows_what_was_recorded_beside_its_words():
    app = drawn("few_labels")
    assert not app.exception
    assert next(c.value for c in app.caption).startswith("12 recorded results")
    assert [m.value for m in app.markdown] == ["What it is about"]
    assert len(app.columns) == 2


def test_a_card_of_which_nothing_is_recorded_has_only_words():
    app = drawn("missing_digit")
    assert not app.exception and not app.caption and not app.columns
    assert [m.value for m in app.markdown] == ["What it is about"]
