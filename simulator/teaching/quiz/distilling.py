"""Questions on distillation."""

from __future__ import annotations

from functools import partial

from simulator.figures.numbers import decimals, setting
from simulator.teaching.quiz.question import choice, cross_entropy, kl, number, softmax, truth

pick = partial(choice, topic="Distillation")
say = partial(truth, topic="Distillation")
calculate = partial(number, topic="Distillation")

HINTON = "Source: Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 2."
LOGITS = (4.0, 2.0, 0.0)
WARM = 4.0
BLEND, SOFT, HARD = 0.7, 0.5, 1.2
TEACHER, STUDENT = [0.7, 0.2, 0.1], [0.5, 0.3, 0.2]

QUESTIONS = (
    pick(
        key="what-is-distillation",
        text="What does the student learn from in knowledge distillation?",
        options=(
            "From the teacher's probabilities for all classes, and from the true labels",
            "From the teacher's weights, which are copied and rounded",
            "From the teacher's training data only, without the teacher",
            "From the teacher's mistakes only",
        ),
        why=f"The loss blends the soft targets with the true labels. {HINTON}",
    ),
    pick(
        key="soft-targets",
        text="What are soft targets?",
        options=("softmax(teacher logits / T)", "teacher logits / T", "softmax(student logits)", "true labels / T"),
        why=f"The teacher's logits are divided by the temperature, then softmax gives probabilities. {HINTON}",
    ),
    pick(
        key="higher-t",
        text="What happens to the soft targets when T grows?",
        options=(
            "They come closer to the uniform distribution",
            "They come closer to the one-hot label",
            "They do not change, only the gradients do",
            "The class with the highest probability changes",
        ),
        why=f"Divided by a large T, all logits are nearly equal, but their order stays the same. {HINTON}",
    ),
    calculate(
        key="softmax-1",
        text=f"A teacher's logits are {LOGITS}. What is the probability of the first class at T = 1? "
        "(between 0 and 1, to two decimal places)",
        right=softmax(LOGITS)[0],
        why=f"exp(4) / (exp(4) + exp(2) + exp(0)) = {decimals(softmax(LOGITS)[0], 3)}. {HINTON}",
    ),
    calculate(
        key="softmax-4",
        text=f"The same logits {LOGITS}, now at T = {setting(WARM)}. What is the probability of the first class?",
        right=softmax(LOGITS, WARM)[0],
        why=f"exp(1) / (exp(1) + exp(0.5) + exp(0)) = {decimals(softmax(LOGITS, WARM)[0], 3)}: much softer than "
        f"{decimals(softmax(LOGITS)[0], 3)}. {HINTON}",
    ),
    pick(
        key="t-squared",
        text="Why is the soft loss multiplied by T²?",
        options=(
            "Its gradients shrink with 1 / T², and the factor makes up for that",
            "So that the loss is never negative",
            "So that higher temperatures count less",
            "To turn nats into bits",
        ),
        why=f"Then the balance of soft and hard loss stays the same when T changes. {HINTON}",
    ),
    say(
        key="soft-loss-zero",
        text="The soft loss is 0 when the student's logits equal the teacher's.",
        true=True,
        why="It is a KL divergence, which is 0 for equal distributions. Source: Kullback and Leibler 1951; here "
        "simulator/engine/distillation/losses.py.",
    ),
    calculate(
        key="blend",
        text=f"Alpha weighs the soft loss. The soft loss is {SOFT}, the hard loss {HARD}, alpha {BLEND}. "
        "What is the total loss?",
        right=BLEND * SOFT + (1 - BLEND) * HARD,
        why=f"{BLEND} x {SOFT} + {setting(1 - BLEND)} x {HARD} = "
        f"{decimals(BLEND * SOFT + (1 - BLEND) * HARD, 2)}. {HINTON}",
        tolerance=0.005,
    ),
    pick(
        key="alpha-0",
        text="What is training with alpha = 0 in this app?",
        options=(
            "Training with the labels only, without the teacher",
            "Training with the teacher only, without labels",
            "No training at all",
            "Training with a teacher that has random weights",
        ),
        why="Alpha weighs the soft loss here and 1 - alpha the hard loss; some papers use it the other way round. "
        "Source: the help of the slider Alpha in the Lab.",
    ),
    calculate(
        key="hard-loss",
        text="A student gives the true class the probability 0.25. What is its hard loss on this example, in nats?",
        right=cross_entropy(0.25),
        why=f"Cross-entropy is -ln(0.25) = {decimals(cross_entropy(0.25), 3)}. Source: Goodfellow, Bengio and "
        "Courville 2016, Deep Learning, section 6.2.",
        tolerance=0.02,
    ),
    calculate(
        key="kl-number",
        text=f"At T = 1 the teacher gives {TEACHER} and the student {STUDENT}. What is KL(teacher ‖ student), in nats?",
        right=kl(TEACHER, STUDENT),
        why=f"The sum of p ln(p / q) over the classes is {decimals(kl(TEACHER, STUDENT), 4)}. Source: Kullback, "
        "Leibler 1951.",
        tolerance=0.005,
    ),
    pick(
        key="dark-knowledge",
        text="On which data do soft targets tell the student the most beyond the labels?",
        options=(
            "Ten classes, some of them alike (4 and 9)",
            "Two classes",
            "Data on which the teacher is always completely sure",
            "Data with one class",
        ),
        why="The probabilities of the wrong classes show which classes are alike; with two classes there is only one "
        f"wrong class. {HINTON}",
    ),
    say(
        key="teacher-trains",
        text="The teacher's weights change while it teaches the student.",
        true=False,
        why="The teacher is frozen, so its logits can be computed once and kept. Source: Hinton et al. 2015, "
        "arXiv:1503.02531; here simulator/engine/distillation/teacher.py.",
    ),
)
