"""The table of what presets give: means, paired t, and each seed's difference."""

from __future__ import annotations

import pytest
from scipy.stats import ttest_rel

from benchmarks import presets
from benchmarks.presets import Pair
from simulator.catalog.presets import PRESETS
from simulator.figures.numbers import p_value


def test_a_row_has_the_paired_t_of_its_seeds() -> None:
    control, distilled = [0.90, 0.92, 0.91], [0.93, 0.93, 0.95]
    row = presets.row("few", [Pair(n, *both, 1.0) for n, both in enumerate(zip(control, distilled, strict=True))])
    _, name, alone, helped, difference, p, seeds, _ = (cell.strip() for cell in row.split("|"))
    assert (name, alone, helped) == ("few", "91.0 %", "93.7 %")
    assert difference.startswith("+2.7 (")
    assert p == p_value(float(ttest_rel(distilled, control).pvalue))
    assert seeds == "+3.0, +1.0, +4.0"


def test_what_was_measured_are_todays_presets() -> None:
    for name, stored in presets.load().items():
        assert stored["settings"] == PRESETS[name].settings
        assert [pair["seed"] for pair in stored["pairs"]] == list(presets.SEEDS)


def test_settings_are_changed_for_a_search_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["presets", "--alpha", "1"])
    with pytest.raises(SystemExit):
        presets.main()
    assert "with --search only" in capsys.readouterr().err
