from __future__ import annotations

import pytest

from simulator.events import VARIANTS
from tests.ui.invented import measurement, whole_run
from ui.figures import charts
from ui.figures.run import costs, curves, details
from ui.following.story import tell


@pytest.fixture
def story():
    return tell(enumerate(whole_run(), 1))


def test_every_variant_has_a_colour_a_dash_and_a_symbol_of_its_own():
    for looks in (charts.COLOURS, charts.DASHES, charts.SYMBOLS):
        assert set(looks) == set(VARIANTS)
    assert len(set(charts.COLOURS.values())) == len(set(charts.SYMBOLS.values())) == len(VARIANTS)


@pytest.mark.parametrize("background", ["#FFFFFF", "#11181D"])
def test_every_colour_stands_out_from_both_backgrounds(background):
    for colour in charts.COLOURS.values():
        assert contrast(colour, background) >= 3


def contrast(a, b):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_chart_has_a_fixed_height(story):
    several = [measurement(v) for v in VARIANTS]
    for figure in (
        curves.losses(story.losses, "hard", VARIANTS),
        curves.validation(story.epochs, VARIANTS),
        costs.trade_off(several),
        costs.sizes(several),
        costs.latencies(several, "batch_1"),
        details.layer_sparsity(several[:1]),
        details.confusion(several[:1], ()),
    ):
        assert figure.layout.height
