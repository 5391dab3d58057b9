"""Soft targets, the loss, and what changed for an example: figures of recorded answers, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from simulator.events import Variant
from simulator.figures import numbers
from ui.figures import charts
from ui.screens.learn import arithmetic

HOT = np.arange(1.0, 20.01, 0.5)
SHORT = 6  # letters that fit into the lower margin if they are turned
SOFT, HARD = "#7B6BD6", "#A66F00"  # not the variants' colours: those mean nothing else


def bars(logits: Mapping[Variant, NDArray[Any]], class_names: Sequence[str], temperature: float) -> go.Figure:
    """Each variant's probabilities of every class at a temperature, side by side."""
    chart = charts.figure(320, "", "Probability", short_labels=are_short(class_names))
    for name, of in logits.items():
        chart.add_bar(
            x=list(class_names),
            y=arithmetic.probabilities(of, temperature),
            name=name,
            marker={"color": charts.COLOURS[name]},
            hovertemplate=f"{name}, %{{x}}: %{{y:.1%}}<extra></extra>",
        )
    chart.update_xaxes(type="category")
    chart.update_yaxes(range=[0, 1])
    return chart


def are_short(class_names: Sequence[str]) -> bool:
    """Whether the names fit below a chart as it is, even upright."""
    return max(map(len, class_names)) <= SHORT


def bars_alt(logits: Mapping[Variant, NDArray[Any]], class_names: Sequence[str], temperature: float) -> str:
    """What each variant answers, and how sure it is."""
    answers = []
    for name, of in logits.items():
        p = arithmetic.probabilities(of, temperature)
        answers.append(f"{name} says {class_names[int(p.argmax())]} ({numbers.percent(p.max())})")
    return f"At T = {numbers.setting(temperature)}: {', '.join(answers)}."


def what_the_wrong_say(
    teacher: NDArray[Any], student: NDArray[Any], label: int, class_names: Sequence[str], temperature: float
) -> list[str]:
    """Which wrong classes carry the teacher's knowledge on this example, and whether the student has it too."""
    now, at_one = (numbers.percent(1 - arithmetic.probabilities(teacher, t)[label]) for t in (temperature, 1.0))
    ranked = arithmetic.wrong_answers(teacher, label, temperature)
    fair = 1 / len(ranked)
    cold = "" if temperature == 1 else " as at T = 1" if now == at_one else f" ({at_one} at T = 1)"
    sentences = [
        f"The wrong classes hold **{now}** of the teacher's probability at T = {numbers.setting(temperature)}{cold}."
    ]
    if int(teacher.argmax()) != label:
        sentences.insert(0, f"The teacher is wrong: it answers **{class_names[int(teacher.argmax())]}**.")
    loud = [(i, share) for i, share in ranked if share > 1.5 * fair][:2]
    if loud:
        named = " and ".join(f"**{class_names[i]}** ({numbers.percent(share)})" for i, share in loud)
        sentences.append(f"Of that, most goes to {named}; an even split would give each {numbers.percent(fair)}.")
    else:
        sentences.append(
            f"It is spread almost evenly, about {numbers.percent(fair)} each: the teacher hardly tells them apart here."
        )
    same = arithmetic.wrong_answers(student, label, temperature)[0][0] == ranked[0][0]
    word = "also puts" if same else "does not put"
    sentences.append(f"The distilled student {word} {class_names[ranked[0][0]]} first among the wrong ones.")
    return sentences


def gradient_sizes(student: NDArray[Any], teacher: NDArray[Any], label: int) -> go.Figure:
    """The size of the soft loss's gradient over T, with and without the factor T^2, beside the hard loss's."""
    chart = charts.figure(300, "Temperature T", "Gradient's size (log)", short_labels=True)
    chart.add_scatter(
        x=HOT,
        y=np.full(len(HOT), np.linalg.norm(arithmetic.hard_gradient(student, label))),
        mode="lines",
        name="hard loss",
        line={"color": HARD, "dash": "dash", "width": 2},
        hovertemplate="hard loss: %{y:.3g}<extra></extra>",
    )
    for squared, name, dash in ((True, "soft loss with T²", "solid"), (False, "without T²", "dot")):
        chart.add_scatter(
            x=HOT,
            y=arithmetic.gradient_sizes(student, teacher, HOT, squared),
            mode="lines",
            name=name,
            line={"color": SOFT, "dash": dash, "width": 2.5},
            hovertemplate=f"{name}, T = %{{x:g}}: %{{y:.3g}}<extra></extra>",
        )
    chart.update_yaxes(type="log", exponentformat="power", dtick=1)
    return chart


def gradient_alt(student: NDArray[Any], teacher: NDArray[Any]) -> str:
    """What happens to the gradient over the whole range of T, the same for every position of the slider."""
    ends = np.array([HOT[0], HOT[-1]])
    (a, b), (c, d) = (arithmetic.gradient_sizes(student, teacher, ends, squared) for squared in (True, False))
    return (
        f"The soft loss's gradient from T = {numbers.setting(HOT[0])} to {numbers.setting(HOT[-1])}: "
        f"{numbers.three(a)} to {numbers.three(b)} with the factor T squared, {numbers.three(c)} to "
        f"{numbers.three(d)} without it."
    )


def gradient_words(student: NDArray[Any], teacher: NDArray[Any], temperature: float) -> str:
    """The gradient's size at T with and without the factor, and what happens to both from T = 10 to T = 20."""
    at = np.array([temperature, 10.0, 20.0])
    with_it, without = (arithmetic.gradient_sizes(student, teacher, at, squared) for squared in (True, False))
    if not with_it.all():
        return "Student and teacher agree exactly here: there is no gradient at any T."
    return (
        "The hard loss does not depend on T, so the soft loss must not fade as T grows. At T = "
        f"{numbers.setting(temperature)} its gradient has size **{numbers.three(with_it[0])}** "
        f"with the factor T² and **{numbers.three(without[0])}** without. "
        f"From T = 10 to T = 20 it becomes **{numbers.three(with_it[2] / with_it[1])}** times its size with the "
        f"factor, **{numbers.three(without[2] / without[1])}** times without."
    )


def pushes(student: NDArray[Any], teacher: NDArray[Any], label: int, t: float, alpha: float) -> dict[str, Any]:
    """What training does to each of the student's logits, [classes] each: minus the weighted gradients."""
    soft = -alpha * arithmetic.soft_gradient(student, teacher, t)
    hard = -(1 - alpha) * arithmetic.hard_gradient(student, label)
    return {"soft": soft, "hard": hard, "total": soft + hard}


def push_chart(push: Mapping[str, Any], class_names: Sequence[str]) -> go.Figure:
    """The push on each logit, split into what the soft and the hard loss contribute."""
    chart = charts.figure(320, "", "Push on the logit", short_labels=are_short(class_names))
    for term, name, colour in (("soft", "from the soft loss", SOFT), ("hard", "from the hard loss", HARD)):
        chart.add_bar(
            x=list(class_names),
            y=push[term],
            name=name,
            marker={"color": colour},
            hovertemplate=f"{name}, %{{x}}: %{{y:+.3g}}<extra></extra>",
        )
    chart.update_layout(barmode="relative")
    chart.update_xaxes(type="category")
    return chart


def push_alt(push: Mapping[str, Any], class_names: Sequence[str]) -> str:
    """Which class is pushed up most, which down."""
    total = push["total"]
    up, down = int(np.argmax(total)), int(np.argmin(total))
    return (
        f"The loss pushes {class_names[up]} up most ({numbers.signed(total[up])}) and {class_names[down]} down most "
        f"({numbers.signed(total[down])})."
    )


def formula(soft: float, hard: float, t: float, alpha: float) -> str:
    """The loss with its numbers, as LaTeX; ``soft`` includes the factor T^2."""
    total = alpha * soft + (1 - alpha) * hard
    three, setting = numbers.three, numbers.setting
    return (
        rf"\underbrace{{{setting(alpha)}}}_{{\alpha}} \cdot \underbrace{{{three(soft)}}}_{{"
        rf"\text{{soft: }} {numbers.setting(t)}^2 \cdot {three(soft / t**2)}}} + "
        rf"\underbrace{{{setting(1 - alpha)}}}_{{1-\alpha}} \cdot \underbrace{{{three(hard)}}}_{{\text{{hard}}}} = "
        rf"{three(total)}"
    )
