"""What exists in distillation: the methods, where each comes from and what it needs. Plain facts."""

from __future__ import annotations

from dataclasses import dataclass

USUAL_BETA = 8.0
"""What DKD's paper takes for most pairs of teacher and student on CIFAR-100."""


@dataclass(frozen=True)
class Method:
    """A way to learn from a teacher.

    Attributes:
        alpha: The usual weight of its soft loss.
        hard_weight: The weight of the hard loss, where its paper fixes it; None where that is 1 - alpha.
        warm_up: The share of the steps over which the soft loss's weight rises linearly to alpha.
        uses_beta: Whether its term weighs the wrong classes by a beta.
        uses_temperature: Whether its term divides logits by a temperature.
        compares_features: Whether it compares what happens inside the two networks: then the teacher runs
            beside the student at every step, where otherwise its cached logits do.
        has_teacher: False for the control that only looks like distillation.
        fewest_classes: With fewer classes it is degenerate.
    """

    name: str
    title: str
    help: str
    paper: str
    alpha: float = 0.7
    hard_weight: float | None = None
    warm_up: float = 0.0
    uses_beta: bool = False
    uses_temperature: bool = True
    compares_features: bool = False
    has_teacher: bool = True
    fewest_classes: int = 2

    def weight_of_labels(self, alpha: float) -> float:
        """What the hard loss is multiplied by."""
        return 1 - alpha if self.hard_weight is None else self.hard_weight


METHODS: dict[str, Method] = {
    m.name: m
    for m in (
        Method(
            "kd",
            "Soft targets (Hinton)",
            "The student imitates the teacher's softened probabilities.",
            "Hinton, Vinyals and Dean 2015, arXiv:1503.02531",
        ),
        Method(
            "dkd",
            "Decoupled (DKD)",
            "Weighs how sure the teacher is apart from what it knows about the wrong classes, and stresses the second.",
            "Zhao et al. 2022, arXiv:2203.08679",
            alpha=1.0,
            hard_weight=1.0,
            warm_up=1 / 12,  # 20 of 240 epochs
            uses_beta=True,
            fewest_classes=3,
        ),
        Method(
            "dist",
            "Relations (DIST)",
            "The student need only rank the classes of an example, and the examples of a class, as the teacher does.",
            "Huang et al. 2022, arXiv:2205.10536",
            fewest_classes=3,
        ),
        Method(
            "reverse_kl",
            "Reverse KL",
            "The divergence the other way round: the student is punished for what the teacher finds unlikely.",
            "Gu et al. 2023 (MiniLLM), arXiv:2306.08543",
        ),
        Method(
            "rkd",
            "Distances and angles (RKD)",
            "Examples that are near each other for the teacher should be near each other for the student.",
            "Park et al. 2019, arXiv:1904.05068",
            uses_temperature=False,
            compares_features=True,
        ),
        Method(
            "hint",
            "Hints (FitNets)",
            "Soft targets, and a layer in the student's middle learns to foretell one in the teacher's middle.",
            "Romero et al. 2015, arXiv:1412.6550",
            compares_features=True,
        ),
        Method(
            "attention",
            "Attention transfer",
            "Soft targets, and the student learns to look where the teacher looks.",
            "Zagoruyko and Komodakis 2017, arXiv:1612.03928; Wang et al. 2020 (MiniLM), arXiv:2002.10957",
            compares_features=True,
        ),
        Method(
            "cosine",
            "Aligned features (cosine)",
            "Soft targets, and the student's last features learn to point where the teacher's point.",
            "Sanh et al. 2019, arXiv:1910.01108",
            compares_features=True,
        ),
        Method(
            "label_smoothing",
            "Label smoothing (no teacher)",
            "A control without a teacher: all wrong classes are equally likely, so nothing is known about them.",
            "Szegedy et al. 2015, arXiv:1512.00567",
            alpha=0.1,
            uses_temperature=False,
            has_teacher=False,
        ),
    )
}
