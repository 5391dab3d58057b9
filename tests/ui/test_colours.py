"""The variants' colours as seen with and without full colour vision, on both backgrounds."""

from __future__ import annotations

import tomllib
from itertools import combinations

import numpy as np
import pytest

from tests.serving import ROOT
from ui.figures import charts
from ui.figures.experiments import cell_charts
from ui.screens.learn import answers, inside, layers

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# table 1 at severity 1.0: they act on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# IEC 61966-2-1: linear sRGB -> XYZ, and its white.
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = TO_XYZ.sum(1)
APART = 20  # CIE 1976 colour difference; 2.3 is just noticeable

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
BACKGROUNDS = [
    THEME[which][name] for which in ("light", "dark") for name in ("backgroundColor", "secondaryBackgroundColor")
]


def linear(colour):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Linear RGB -> CIE L*a*b*."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(a, b, vision):
    seen = [lab(np.asarray(VISION[vision]) @ linear(colour)) for colour in (a, b)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(a, b):
    light, dark = sorted((float(TO_XYZ[1] @ linear(colour)) for colour in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_give_known_values():
    np.testing.assert_allclose(lab(linear("#FFFFFF")), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(lab(linear("#FF0000")), [53.24, 80.09, 67.20], atol=0.05)
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)
    # The pair that fails most people who confuse colours: a red and a green of equal lightness.
    assert difference("#B05050", "#608030", "full") > 50
    assert difference("#B05050", "#608030", "deuteranopia") < 25


@pytest.mark.parametrize("vision", VISION)
def test_any_two_variants_stay_apart(vision):
    for a, b in combinations(charts.COLOURS, 2):
        assert difference(charts.COLOURS[a], charts.COLOURS[b], vision) > APART, (a, b)


@pytest.mark.parametrize("vision", VISION)
def test_lines_that_are_no_variants_stay_apart_from_each_other(vision):
    for a, b in combinations(cell_charts.PALETTE, 2):
        assert difference(a, b, vision) > APART - 1, (a, b)


def test_no_other_mark_has_a_variants_colour():
    others = [*cell_charts.PALETTE, answers.HARD, answers.SOFT, *(colour for _, colour, _ in layers.KINDS.values())]
    for other in others:
        assert all(difference(other, colour, "full") > 10 for colour in charts.COLOURS.values()), other


@pytest.mark.parametrize("background", BACKGROUNDS[:1] + BACKGROUNDS[2:3])
def test_every_mark_stands_out_from_both_backgrounds(background):
    kinds = [colour for _, colour, _ in (*layers.KINDS.values(), layers.OTHER)]
    for colour in (*charts.COLOURS.values(), *cell_charts.PALETTE, answers.SOFT, answers.HARD, *kinds):
        assert contrast(colour, background) >= 3, colour


def test_labels_in_the_tree_map_can_be_read():
    for _, colour, _ in (*layers.KINDS.values(), layers.OTHER):
        assert contrast("#FFFFFF", colour) >= 4.5
    assert contrast("#FFFFFF", inside.BLOCK) >= 4.5


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_captions_can_be_read(background):
    """Streamlit draws captions at 60 % of the text's colour."""
    theme = THEME["light"] if background in BACKGROUNDS[:2] else THEME["dark"]
    text, behind = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (theme["textColor"], background))
    blended = "#" + "".join(f"{round(b + 0.6 * (t - b)):02X}" for t, b in zip(text, behind, strict=True))
    assert contrast(blended, background) >= 4.5
