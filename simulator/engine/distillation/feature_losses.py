"""Soft losses on features, one function for each method.

Each takes the student's and the teacher's :class:`Features` of one batch and returns a scalar. Each paper adds its loss
to the hard loss with a weight of its own, which is in the formula here; alpha and 1 - alpha then weigh the two sides,
so their ratio is the paper's only if alpha is 0.5. A method's entry in the catalogue says whether its loss is added to
the soft targets.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.engine.distillation.features import Features, matched

Projection = nn.Module | None
FeatureLoss = Callable[[Features, Features, Projection], Tensor]

RKD_DISTANCE, RKD_ANGLE = 25.0, 50.0
ATTENTION_MAPS = 500.0
COSINE = 0.2


def rkd(student: Features, teacher: Features, projection: Projection) -> Tensor:
    r"""Keep the distances between pairs of examples and the angles between triplets.

    .. math:: 25 \sum_{ij} h(\psi_D(s_i, s_j), \psi_D(t_i, t_j)) + 50 \sum_{ijk} h(\psi_A(s_{ijk}), \psi_A(t_{ijk}))

    with means instead of sums; psi_D is the distance of two pooled features divided by the batch's mean distance, psi_A
    the cosine of the angle at the middle one of three, h the Huber loss (smooth L1).

    Source: Park, Kim, Lu and Cho 2019, "Relational Knowledge Distillation", arXiv:1904.05068, equations 4 to 9; the
    weights of section 4.2.

    Args:
        student, teacher: Their ``pooled`` features are used; the widths may differ.
        projection: Not used.
    """
    distance = F.smooth_l1_loss(distances(student.pooled), distances(teacher.pooled))
    angle = F.smooth_l1_loss(angles(student.pooled), angles(teacher.pooled))
    return RKD_DISTANCE * distance + RKD_ANGLE * angle


def distances(x: Tensor) -> Tensor:
    """Euclidean distances between rows, divided by the mean of those that are not 0, [rows, rows]."""
    squares = (x[:, None] - x[None]).square().sum(-1)
    apart = squares > 0
    d = torch.where(apart, squares.where(apart, torch.ones_like(squares)).sqrt(), torch.zeros_like(squares))
    return d / d[apart].mean() if apart.any() else d


def angles(x: Tensor) -> Tensor:
    """Cosines of the angles at row j between rows i and k, [j, i, k]; 0 where two of them are the same."""
    directions = F.normalize(x[None] - x[:, None], dim=-1)  # [j, i, width]
    return directions @ directions.transpose(1, 2)


def hint(student: Features, teacher: Features, projection: Projection) -> Tensor:
    r"""A layer in the student's middle predicts, through a learned projection, one in the teacher's middle.

    .. math:: \tfrac{1}{2} \, \overline{(r(v_s) - u_t)^2}

    the mean over all values where the paper sums, so that the weight does not depend on the layer's size; r is a
    1 x 1 convolution or a linear layer, trained with the student and thrown away. Added to the soft targets: the paper
    trains first on hints and then on soft targets, here both at once.

    Source: Romero, Ballas, Kahou, Chassang, Gatta and Bengio 2015, "FitNets", arXiv:1412.6550, equation 3.

    Args:
        student, teacher: Their middle ``layers`` are used.
        projection: From the student's to the teacher's channels.
    """
    mine, theirs = middle(student, teacher)
    return 0.5 * mean_over_real((projected(mine, projection) - theirs).square(), student.real)


def attention(student: Features, teacher: Features, projection: Projection) -> Tensor:
    r"""Look where the teacher looks.

    CNNs: beta / 2 times the mean square of the difference of spatial attention maps, beta = 1000:

    .. math:: \frac{\beta}{2} \, \overline{\Big(\frac{Q_s}{\|Q_s\|} - \frac{Q_t}{\|Q_t\|}\Big)^2},
        \quad Q = \sum_c A_c^2

    summed over the stages. Transformers: KL(teacher's || student's) of each head's attention probabilities, mean over
    heads, real tokens and matched layers; the second paper compares the last layer only. If heads were pruned, the
    student's no longer correspond to the teacher's, and their means are compared. Added to the soft targets here; the
    first paper reports it with and without them, the second has none.

    Source: Zagoruyko and Komodakis 2017, "Paying More Attention to Attention", arXiv:1612.03928, equation 2;
    Wang, Wei, Dong, Bao, Yang and Zhou 2020, "MiniLM", arXiv:2002.10957, equation 5.

    Args:
        student, teacher: Their ``attention`` is used if they have one, else their ``layers``.
        projection: Not used: maps have one channel.
    """
    if student.attention:
        pairs = zip(student.attention, matched_layers(student.attention, teacher.attention), strict=True)
        return torch.stack([mean_over_real(heads_apart(s, t)[..., None], student.real) for s, t in pairs]).mean()
    pairs = zip(student.layers, matched_layers(student.layers, teacher.layers), strict=True)
    return ATTENTION_MAPS * torch.stack([(attention_map(s) - attention_map(t)).square().mean() for s, t in pairs]).sum()


TINY = 1e-12


def heads_apart(student: Tensor, teacher: Tensor) -> Tensor:
    """KL(teacher's || student's) of where the heads look, mean over the heads, [batch, queries].

    Args:
        student, teacher: [batch, heads, queries, keys].
    """
    if student.shape[1] != teacher.shape[1]:
        student, teacher = student.mean(1, keepdim=True), teacher.mean(1, keepdim=True)
    return F.kl_div(student.clamp_min(TINY).log(), teacher, reduction="none").sum(-1).mean(1)


def attention_map(activations: Tensor) -> Tensor:
    """Where a stage is active: squares summed over channels, scaled to length 1, [batch, height * width]."""
    return F.normalize(activations.square().sum(1).flatten(1), dim=1)


def cosine(student: Features, teacher: Features, projection: Projection) -> Tensor:
    r"""Point where the teacher's last features point.

    .. math:: \tfrac{1}{5} \, \overline{1 - \cos(r(s), t)}

    over the last layer's real tokens, or a CNN's pooled features; 1/5 is the weight that DistilBERT's training gave it
    beside the soft targets (1 to 5). r is a learned projection where the widths differ, else nothing.

    Source: Sanh, Debut, Chaumond and Wolf 2019, arXiv:1910.01108, section 3, and the authors' published settings.

    Args:
        student, teacher: The last of their ``layers`` for text, their ``pooled`` features for images.
        projection: From the student's to the teacher's width; None where they are equal.
    """
    mine, theirs = last(student, teacher)
    apart = 1 - F.cosine_similarity(projected(mine, projection), theirs, dim=-1)
    return COSINE * mean_over_real(apart[..., None], student.real)


FEATURE_METHODS: dict[str, FeatureLoss] = {f.__name__: f for f in (rkd, hint, attention, cosine)}


def middle(student: Features, teacher: Features) -> tuple[Tensor, Tensor]:
    """The student's middle layer, and the teacher's layer that is matched with it."""
    place = (len(student.layers) - 1) // 2
    return student.layers[place], matched_layers(student.layers, teacher.layers)[place]


def last(student: Features, teacher: Features) -> tuple[Tensor, Tensor]:
    """The last layers of two text models, the pooled features of two image models."""
    if student.real is None:
        return student.pooled, teacher.pooled
    return student.layers[-1], teacher.layers[-1]


def matched_layers(student: tuple[Tensor, ...], teacher: tuple[Tensor, ...]) -> list[Tensor]:
    """A teacher's layer for each of the student's."""
    return [teacher[n] for n in matched(len(student), len(teacher))]


def mean_over_real(x: Tensor, real: Tensor | None) -> Tensor:
    """The mean of [batch, tokens, ...] over real tokens; of everything where there are no tokens."""
    return x.mean() if real is None else x[real].mean()


def projected(x: Tensor, projection: Projection) -> Tensor:
    """``x`` through the projection, if there is one."""
    return x if projection is None else projection(x)


def hint_projection(student: Features, teacher: Features) -> Projection:
    """From the student's to the teacher's middle layer, always."""
    return projection_between(*middle(student, teacher))


def cosine_projection(student: Features, teacher: Features) -> Projection:
    """From the student's to the teacher's last features where their widths differ; else none."""
    mine, theirs = last(student, teacher)
    return None if mine.shape[-1] == theirs.shape[-1] else projection_between(mine, theirs)


PROJECTIONS: dict[str, Callable[[Features, Features], Projection]] = {
    hint.__name__: hint_projection,
    cosine.__name__: cosine_projection,
}
"""Method -> the function that makes its projection; methods that learn none are not listed."""


def make_projection(method: str, student: Features, teacher: Features, seed: int) -> Projection:
    """The projection that a method learns; None where it learns none."""
    if method not in PROJECTIONS:
        return None
    with torch.random.fork_rng(devices=[]):  # the student's dropout must stay the same
        torch.manual_seed(seed)
        return PROJECTIONS[method](student, teacher)


def projection_between(mine: Tensor, theirs: Tensor) -> nn.Module:
    """A 1 x 1 convolution between the channels of pictures, or a linear layer between other widths."""
    channels = 1 if mine.ndim == 4 else -1
    widths = mine.shape[channels], theirs.shape[channels]
    layer = nn.Conv2d(*widths, kernel_size=1, bias=False) if mine.ndim == 4 else nn.Linear(*widths, bias=False)
    return layer.to(mine.device)
