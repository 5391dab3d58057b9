"""The screens on soft targets and on the distillation loss."""

from __future__ import annotations

import streamlit as st

from simulator.events import Variant
from simulator.figures import numbers
from simulator.teaching.lesson import Lesson
from ui.kit import chart_view
from ui.screens.learn import answers, arithmetic, opening
from ui.shell.plain import literal
from ui.words import glossary


@st.fragment
def soft_targets(opened: Lesson) -> None:
    """One example: probabilities at T, what the wrong classes say, and why T^2."""
    telling = opening.most_telling(opened)
    opening.presets("soft", {text: {opening.EXAMPLE: place, "t": 4.0} for text, place in telling.items()})
    left, right = st.columns([1, 2], gap="medium")
    with left:
        place = opening.pick_example(opened)
        t = opening.temperature(opened)
        opening.show_input(opened, place)
    row = opened.facts.shown[place]
    names, label = opened.facts.class_names, int(opened.labels[row])
    both: tuple[Variant, ...] = ("teacher", "distilled")
    pair = {v: opened.logits[v][row] for v in both}
    teacher, student = pair.values()
    with right:
        chart_view.show(answers.bars(pair, names, t), "soft_bars", answers.bars_alt(pair, names, t))
        glossary.explain(
            f"Entropy: teacher {numbers.three(arithmetic.entropy(teacher, t))} nats, distilled student "
            f"{numbers.three(arithmetic.entropy(student, t))} nats.",
            "soft targets", "temperature", "entropy", "nats",
        )  # fmt: skip
        shown = [literal(name) for name in names]
        st.markdown("\n".join(f"- {s}" for s in answers.what_the_wrong_say(teacher, student, label, shown, t)))
    st.subheader("Why T²?")
    st.markdown(answers.gradient_words(student, teacher, t))
    # It does not depend on T: the browser keeps it and has time for the bars.
    chart_view.show(
        answers.gradient_sizes(student, teacher, label), "soft_gradients", answers.gradient_alt(student, teacher)
    )
    glossary.explain(
        "Both losses push on the same logits, and alpha weighs them. Without T² the soft loss's push would fade as T "
        "grows, and alpha would mean something else at each T.",
        "gradient", "soft loss", "hard loss",
    )  # fmt: skip


@st.fragment
def loss(opened: Lesson) -> None:
    """One example: the loss with its numbers, and where it pushes each logit."""
    opening.presets(
        "loss",
        {
            "Only the labels": {"learn_alpha": 0.0},
            "Only the teacher": {"learn_alpha": 1.0, "t": 4.0},
            "The teacher at T = 1": {"learn_alpha": 1.0, "t": 1.0},
        },
    )
    left, right = st.columns([1, 2], gap="medium")
    with left:
        place = opening.pick_example(opened)
        t = opening.temperature(opened)
        alpha = st.slider(
            "Alpha", 0.0, 1.0, opened.facts.config.alpha, 0.05,
            format="%g", key="learn_alpha", bind="query-params", persist_state="session",
            help=glossary.GLOSSARY["alpha"],
        )  # fmt: skip
        opening.show_input(opened, place)
    row = opened.facts.shown[place]
    teacher, student, label = opened.logits["teacher"][row], opened.logits["distilled"][row], int(opened.labels[row])
    with right:
        soft, hard = arithmetic.soft_loss(student, teacher, t), arithmetic.hard_loss(student, label)
        st.latex(answers.formula(soft, hard, t, alpha))
        push = answers.pushes(student, teacher, label, t, alpha)
        names = opened.facts.class_names
        summary = answers.push_alt(push, names)
        chart_view.show(answers.push_chart(push, names), "loss_pushes", summary)
        glossary.explain(literal(summary), "soft loss", "hard loss", "alpha", "logits", "nats")
