"""Features as they really are in the four models, and losses on them against the papers' formulas in plain loops."""

import copy
import itertools
import math

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck
from torchvision.models import mobilenet_v2

from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation import feature_losses as losses
from simulator.engine.distillation import features as features_module
from simulator.engine.distillation.feature_losses import FEATURE_METHODS
from simulator.engine.distillation.features import Features, Tap, look, matched
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, train
from simulator.engine.models import MODULES
from simulator.engine.models.resnet18.structure import build_resnet
from tests.small_models import small_distilbert, small_t5, token_batch


def text(seed, layers=2, width=6, real=None, heads=2):
    g = torch.Generator().manual_seed(seed)
    hidden = tuple(torch.randn(3, 5, width, generator=g, dtype=torch.float64) for _ in range(layers))
    maps = tuple(torch.rand(3, heads, 5, 5, generator=g, dtype=torch.float64).softmax(-1) for _ in range(layers))
    mask = torch.tensor([[1, 1, 1, 0, 0], [1] * 5, [1] * 5]).bool() if real is None else real
    return Features(hidden, torch.randn(3, width, generator=g, dtype=torch.float64), maps, mask)


def picture(seed, channels=4):
    g = torch.Generator().manual_seed(seed)
    stages = tuple(torch.randn(3, channels, 4, 4, generator=g, dtype=torch.float64) for _ in range(2))
    return Features(stages, torch.randn(3, channels, generator=g, dtype=torch.float64), (), None)


def huber(x):
    return 0.5 * x * x if abs(x) < 1 else abs(x) - 0.5


def test_rkd_in_plain_loops():
    s, t = picture(1, channels=4), picture(2, channels=7)

    def relations(x):
        d = {(i, j): math.dist(x[i], x[j]) for i in range(3) for j in range(3)}
        mean = sum(v for v in d.values() if v) / sum(1 for v in d.values() if v)
        angle = {}
        for i, j, k in itertools.product(range(3), repeat=3):
            a, b = x[i] - x[j], x[k] - x[j]
            long = a.norm() * b.norm()
            angle[i, j, k] = (a @ b / long).item() if long else 0.0
        return {pair: v / mean for pair, v in d.items()}, angle

    (d_s, a_s), (d_t, a_t) = relations(s.pooled), relations(t.pooled)
    expected = 25 * sum(huber(d_s[p] - d_t[p]) for p in d_s) / 9 + 50 * sum(huber(a_s[p] - a_t[p]) for p in a_s) / 27
    assert losses.rkd(s, t, None).item() == pytest.approx(expected)


def test_hint_is_half_the_mean_square_of_the_middle_over_real_tokens():
    s, t = text(1, layers=3, width=4), text(2, layers=6, width=6)
    projection = nn.Linear(4, 6, bias=False).double()
    mine, theirs = s.layers[1] @ projection.weight.T, t.layers[3]
    rows = [(mine[b, n] - theirs[b, n]).square().mean() for b in range(3) for n in range(5) if s.real[b, n]]
    assert losses.hint(s, t, projection).item() == pytest.approx((0.5 * sum(rows) / len(rows)).item())


def test_attention_of_transformers_is_the_divergence_of_where_they_look():
    s, t = text(1, layers=1), text(2, layers=2)
    assert losses.attention(s, t, None).item() == pytest.approx(apart(s.attention[0], t.attention[1], s.real))


def apart(mine, theirs, real):
    """KL of each head's rows, in plain loops; mean over heads and real tokens."""
    rows = [
        sum((p * math.log(p / q)) for p, q in zip(theirs[b, h, n].tolist(), mine[b, h, n].tolist(), strict=True))
        for b in range(mine.shape[0])
        for h in range(mine.shape[1])
        for n in range(mine.shape[2])
        if real[b, n]
    ]
    return sum(rows) / len(rows)


def test_heads_that_were_exchanged_do_not_look_alike():
    s = text(1, layers=1)
    exchanged = s._replace(attention=(s.attention[0].flip(1),))
    assert losses.attention(exchanged, s, None).item() > 0.01


def test_where_heads_were_pruned_their_means_are_compared():
    s, t = text(1, layers=1, heads=2), text(2, layers=1, heads=3)
    mine, theirs = (x.attention[0].mean(1, keepdim=True) for x in (s, t))
    assert losses.attention(s, t, None).item() == pytest.approx(apart(mine, theirs, s.real))


def test_attention_of_cnns_compares_normed_maps_of_any_number_of_channels():
    s, t = picture(1, channels=4), picture(2, channels=9)
    expected = 0.0
    for a, b in zip(s.layers, t.layers, strict=True):
        qs, qt = ((x**2).sum(1).reshape(3, 16) for x in (a, b))
        qs, qt = (q / q.norm(dim=1, keepdim=True) for q in (qs, qt))
        expected += 500 * ((qs - qt) ** 2).mean()
    assert losses.attention(s, t, None).item() == pytest.approx(expected.item())


def test_cosine_is_a_fifth_of_one_minus_the_cosine():
    s, t = text(1), text(2)
    rows = [
        1 - (s.layers[-1][b, n] @ t.layers[-1][b, n]) / (s.layers[-1][b, n].norm() * t.layers[-1][b, n].norm())
        for b in range(3)
        for n in range(5)
        if s.real[b, n]
    ]
    assert losses.cosine(s, t, None).item() == pytest.approx((0.2 * sum(rows) / len(rows)).item())


@pytest.mark.parametrize("make", [text, picture])
@pytest.mark.parametrize("name", ["rkd", "attention", "cosine"])
def test_nothing_is_lost_where_features_agree(name, make):
    assert FEATURE_METHODS[name](make(1), make(1), None).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("make", [text, picture])
def test_a_hint_loses_nothing_where_its_projection_finds_the_teachers_layer(make):
    teacher = make(1)
    width = teacher.layers[0].shape[1 if teacher.real is None else -1]
    turn = torch.linalg.qr(torch.randn(width, width, generator=torch.Generator().manual_seed(3)).double()).Q
    if teacher.real is None:
        projection = nn.Conv2d(width, width, 1, bias=False).double()
        turned = tuple(torch.einsum("io,bihw->bohw", turn, x) for x in teacher.layers)
        projection.weight.data = turn[:, :, None, None]
    else:
        projection = nn.Linear(width, width, bias=False).double()
        turned = tuple(x @ turn for x in teacher.layers)
        projection.weight.data = turn
    assert losses.hint(teacher._replace(layers=turned), teacher, projection).item() == pytest.approx(0, abs=1e-12)
    assert losses.hint(teacher._replace(layers=turned), teacher, None).item() > 0.1


@pytest.mark.parametrize("make", [text, picture])
@pytest.mark.parametrize("name", ["rkd", "hint", "attention", "cosine"])
def test_gradients(name, make):
    s, t = make(1), make(2)

    def loss(pooled, *layers):
        heads = [(x @ x.transpose(1, 2)).softmax(-1) for x in layers] if s.attention else []
        maps = tuple(torch.stack([one, one.flip(-1)], 1) for one in heads)
        return FEATURE_METHODS[name](Features(layers, pooled, maps, s.real), t, None)

    assert gradcheck(loss, (s.pooled.requires_grad_(), *(x.requires_grad_() for x in s.layers)))


def test_a_teachers_layers_are_matched_evenly_the_last_with_the_last():
    assert matched(3, 6) == [1, 3, 5]
    assert matched(1, 6) == [5]
    assert matched(4, 6) == [0, 2, 3, 5]
    assert matched(4, 4) == [0, 1, 2, 3]


def of_real(maps, seen):
    """The rows of real tokens: [real tokens, heads, keys]."""
    return maps.transpose(1, 2)[seen.real]


def test_features_of_distilbert_are_those_that_transformers_gives():
    model, batch = small_distilbert(layers=2), token_batch()
    seen = look(model, MODULES["distilbert"], batch)
    eager = copy.deepcopy(model)
    eager.set_attn_implementation("eager")
    out = eager.distilbert(
        batch["input_ids"], batch["attention_mask"], output_hidden_states=True, output_attentions=True
    )
    for mine, theirs in zip(seen.layers, out.hidden_states[1:], strict=True):
        assert torch.allclose(mine[seen.real], theirs[seen.real], atol=1e-5)
    for mine, theirs in zip(seen.attention, out.attentions, strict=True):
        assert torch.allclose(of_real(mine, seen), of_real(theirs, seen), atol=1e-5)
    assert torch.allclose(seen.pooled, out.last_hidden_state[:, 0], atol=1e-5)


def test_features_of_t5_are_those_that_transformers_gives():
    model, batch = small_t5(), token_batch()
    seen = look(model, MODULES["t5_small"], batch)
    eager = copy.deepcopy(model)
    eager.set_attn_implementation("eager")
    out = eager.encoder(batch["input_ids"], batch["attention_mask"], output_attentions=True)
    for mine, theirs in zip(seen.attention, out.attentions, strict=True):
        assert torch.allclose(of_real(mine, seen), of_real(theirs, seen), atol=1e-5)
    assert seen.pooled.shape == (3, 24)


@pytest.mark.parametrize(
    ("name", "model"),
    [("resnet18", build_resnet(1, 0.25, 3)), ("mobilenet_v2", mobilenet_v2(width_mult=0.25, num_classes=3))],
)
def test_features_of_the_cnns_are_their_stages(name, model):
    pixels = torch.randn(2, 3, 32, 32)
    seen = look(model, MODULES[name], {"pixels": pixels})
    sides = [x.shape[-1] for x in seen.layers]
    assert sides == sorted(sides, reverse=True)
    assert len(sides) == 4
    assert seen.attention == ()
    model.eval()
    head = model.fc if hasattr(model, "fc") else model.classifier
    assert torch.allclose(head(seen.pooled), model(pixels), atol=1e-5)


def test_the_tap_leaves_no_hook_behind():
    model = small_distilbert()
    with Tap(MODULES["distilbert"].feature_places(model), attention=True):
        pass
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def tiny_run(method, alpha, model_name):
    if model_name == "resnet18":
        torch.manual_seed(0)
        student, teacher = build_resnet(1, 0.25, 3), build_resnet(2, 0.25, 3).eval()
        pixels = torch.randn(24, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        examples = Examples({"pixels": pixels}, torch.arange(24) % 3)
    else:
        make = small_distilbert if model_name == "distilbert" else small_t5
        student, teacher = make(layers=1), make(layers=2)
        examples = Examples(token_batch(examples=24, tokens=9), torch.arange(24) % 3)
    for p in teacher.parameters():
        p.requires_grad_(False)
    logits = torch.randn(24, 3, generator=torch.Generator().manual_seed(2))
    teaching = Teaching(method, 2.0, logits, teacher) if method else None
    plan = TrainingPlan(epochs=2, learning_rate=1e-3, batch_size=8, seed=0, alpha=alpha)
    module = MODULES[model_name]
    before = copy.deepcopy(teacher.state_dict())
    events = list(train(student, Training(module, examples, examples, plan, "distil", "distilled", teaching)))
    assert all(torch.equal(v, before[k]) for k, v in teacher.state_dict().items())
    return student, [e for e in events if e.kind == "loss"]


@pytest.mark.parametrize("model_name", ["resnet18", "distilbert", "t5_small"])
@pytest.mark.parametrize("method", FEATURE_METHODS)
def test_each_trains_a_real_student_and_with_alpha_0_is_the_control_bit_for_bit(method, model_name):
    taught, points = tiny_run(method, 0.7, model_name)
    assert all(math.isfinite(p.soft) and p.soft > 0 for p in points)
    ignored, _ = tiny_run(method, 0.0, model_name)
    control, _ = tiny_run(None, 0.0, model_name)
    assert all(torch.equal(p, q) for p, q in zip(ignored.parameters(), control.parameters(), strict=True))
    assert not all(torch.equal(p, q) for p, q in zip(taught.parameters(), control.parameters(), strict=True))


def test_a_projection_learns_and_does_not_stay_in_the_student():
    student, points = tiny_run("hint", 1.0, "resnet18")
    assert "projection" not in "".join(student.state_dict())
    assert points[-1].soft < points[0].soft


@pytest.mark.parametrize("method", FEATURE_METHODS)
def test_the_teacher_runs_once_a_step_in_the_students_arithmetic_and_attention_only_where_it_is_read(
    method, monkeypatch
):
    """Dropout and data as always; counted at the teacher's first layer and where probabilities are worked out."""
    seen, worked_out = [], []
    real = features_module.attention_probabilities
    monkeypatch.setattr(features_module, "attention_probabilities", lambda *a: worked_out.append(1) or real(*a))
    teacher, student = small_distilbert(layers=2), small_distilbert(layers=1)
    layer = teacher.distilbert.transformer.layer[0].attention.q_lin
    layer.register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    examples = Examples(token_batch(examples=16, tokens=9), torch.arange(16) % 3)
    teaching = Teaching(method, 2.0, torch.zeros(16, 3), teacher)
    plan = TrainingPlan(epochs=1, learning_rate=1e-3, batch_size=8, seed=0, alpha=0.5, bfloat16=True)
    module = MODULES["distilbert"]
    events = list(train(student, Training(module, examples, examples, plan, "distil", "distilled", teaching)))
    assert seen[-2:] == [torch.bfloat16] * 2  # two steps; before them one look at the shapes
    assert len(seen) == 3
    # the look at the shapes reads 1 + 2 layers, and so does each of the two steps if the method asks for it
    assert len(worked_out) == (9 if method == "attention" else 3)
    assert all(math.isfinite(e.soft) for e in events if e.kind == "loss")
