"""What exists in distillation: the methods, where each comes from and what it needs. Plain facts."""

from __future__ import annotations

from dataclasses import dataclass

USUAL_BETA = 8.0
"""What DKD's paper takes for most pairs of teacher and student on CIFAR-100."""


SOFT_TARGETS = "kd"
"""The usual method. Others are compared with it, and some add a term to its soft loss."""

SOFT_TARGETS_FORMULA = "{T}² · KL(teacher at T={T} ‖ student at T={T})"


@dataclass(frozen=True)
class Method:
    """A way to learn from a teacher, and what it needs for that.

    Attributes:
        formula: Of its soft loss, with {T} and {beta} where the settings' values stand.
        alpha: The usual weight of its soft loss.
        hard_weight: The weight of the hard loss, where its paper fixes it; None where that is 1 - alpha.
        warm_up: The share of the steps over which the soft loss's weight rises linearly to alpha.
        uses_beta: Whether its term weighs the wrong classes by a beta.
        uses_temperature: Whether its term divides logits by a temperature.
        is_divergence: Whether its soft loss is one KL divergence times T^2.
        compares_features: Whether it compares what happens inside the two networks: then the teacher runs
            beside the student at every step, where otherwise its cached logits do.
        compares_attention: Whether it reads a transformer's attention probabilities too.
        compares_pairs: Whether it compares every two examples of a batch: its working memory grows with the square of
            the batch.
        adds_to_soft_targets: Whether its term on features is added to the soft loss of the soft targets.
        has_teacher: False for the control that only looks like distillation.
        fewest_classes: With fewer classes it is degenerate.
        helpers: Functions of its file that it calls.
    """

    name: str
    title: str
    help: str
    paper: str
    formula: str
    alpha: float = 0.7
    hard_weight: float | None = None
    warm_up: float = 0.0
    uses_beta: bool = False
    uses_temperature: bool = True
    is_divergence: bool = False
    compares_features: bool = False
    compares_attention: bool = False
    compares_pairs: bool = False
    adds_to_soft_targets: bool = False
    has_teacher: bool = True
    fewest_classes: int = 2
    helpers: tuple[str, ...] = ()

    def weight_of_labels(self, alpha: float) -> float:
        """What the hard loss is multiplied by."""
        return 1 - alpha if self.hard_weight is None else self.hard_weight


METHODS: dict[str, Method] = {
    m.name: m
    for m in (
        Method(
            SOFT_TARGETS,
            "Soft targets (Hinton)",
            "The student imitates the teacher's softened probabilities.",
            "Hinton, Vinyals and Dean 2015, arXiv:1503.02531",
            SOFT_TARGETS_FORMULA,
            is_divergence=True,
        ),
        Method(
            "dkd",
            "Decoupled (DKD)",
            "Weighs how sure the teacher is apart from what it knows about the wrong classes, and stresses the second.",
            "Zhao et al. 2022, arXiv:2203.08679",
            "{T}² · (KL of true class against the rest + {beta} · KL among the wrong classes), at T={T}",
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
            "{T}² · (2 - correlation within examples - correlation within classes), at T={T}",
            fewest_classes=3,
            helpers=("pearson",),
        ),
        Method(
            "reverse_kl",
            "Reverse KL",
            "The divergence the other way round: the student is punished for what the teacher finds unlikely.",
            "Gu et al. 2023 (MiniLLM), arXiv:2306.08543",
            "{T}² · KL(student at T={T} ‖ teacher at T={T})",
            is_divergence=True,
        ),
        Method(
            "rkd",
            "Distances and angles (RKD)",
            "Examples that are near each other for the teacher should be near each other for the student.",
            "Park et al. 2019, arXiv:1904.05068",
            "25 · difference of distances + 50 · difference of angles, between the batch's features",
            uses_temperature=False,
            compares_features=True,
            compares_pairs=True,
        ),
        Method(
            "hint",
            "Hints (FitNets)",
            "Soft targets, and a layer in the student's middle learns to predict one in the teacher's middle.",
            "Romero et al. 2015, arXiv:1412.6550",
            SOFT_TARGETS_FORMULA + " + ½ · (projected middle layer - teacher's)²",
            compares_features=True,
            adds_to_soft_targets=True,
        ),
        Method(
            "attention",
            "Attention transfer",
            "Soft targets, and the student learns to look where the teacher looks.",
            "Zagoruyko and Komodakis 2017, arXiv:1612.03928; Wang et al. 2020 (MiniLM), arXiv:2002.10957",
            SOFT_TARGETS_FORMULA + " + difference of attention",
            compares_features=True,
            compares_attention=True,
            adds_to_soft_targets=True,
        ),
        Method(
            "cosine",
            "Aligned features (cosine)",
            "Soft targets, and the student's last features learn to point where the teacher's point.",
            "Sanh et al. 2019, arXiv:1910.01108",
            SOFT_TARGETS_FORMULA + " + ⅕ · (1 - cosine of last features)",
            compares_features=True,
            adds_to_soft_targets=True,
        ),
        Method(
            "label_smoothing",
            "Label smoothing (no teacher)",
            "A control without a teacher: all wrong classes are equally likely, so nothing is known about them.",
            "Szegedy et al. 2015, arXiv:1512.00567",
            "cross-entropy with all classes equally likely",
            alpha=0.1,
            uses_temperature=False,
            has_teacher=False,
        ),
    )
}
