from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.events import Kept
from simulator.figures import numbers
from simulator.figures.statistics import Discordant, Verdict
from tests.ui.invented import measurement


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1.00"),
        (9.996, "10.0"),
        (99.96, "100"),
        (0.01234, "0.0123"),
        (-3.14159, "-3.14"),
        (1234.5, "1,230"),
    ],
)
def test_three_significant_digits(value, text):
    assert numbers.three(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(11_689_512, "11.7 M"), (1.814e9, "1.81 G"), (512, "512"), (1500, "1.50 k")]
)
def test_count(value, text):
    assert numbers.count(value) == text


@pytest.mark.parametrize(("value", "text"), [(12, "12 B"), (46_800_000, "46.8 MB"), (1500, "1.50 kB")])
def test_size(value, text):
    assert numbers.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2.5, "+2.50 %"), (-2.5, "\N{MINUS SIGN}2.50 %"), (0, "\N{PLUS-MINUS SIGN}0 %")]
)
def test_signed(value, text):
    assert numbers.signed(value, "%") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-100.0, "-100 %"),
        (-99.9714, "-99.97 %"),
        (-99.9904, "-99.990 %"),
        (-99.8, "-99.8 %"),
        (12.34, "+12.3 %"),
    ],
)
def test_only_what_is_gone_has_changed_by_minus_100_percent(value, text):
    assert numbers.change(value) == text.replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.444, "+0.4"),
        (-2.44, "\N{MINUS SIGN}2.4"),
        (0.04, "\N{PLUS-MINUS SIGN}0.0"),
        (-0.04, "\N{PLUS-MINUS SIGN}0.0"),
    ],
)
def test_points(value, text):
    assert numbers.points(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.250 s"), (3, "3 s"), (45, "45 s"), (170, "3 min"), (5990, "1 h 40 min"), (7300, "2 h 2 min")],
)
def test_duration(seconds, text):
    assert numbers.duration(seconds) == text


def test_where_a_stage_was_carried_out():
    then = datetime.now(UTC) - timedelta(minutes=3)
    assert numbers.kept("ab12", then, 21.4) == "kept: carried out in run ab12, 3 min ago, in 21 s"


def test_which_figures_an_earlier_run_measured() -> None:
    then = (datetime.now(UTC) - timedelta(minutes=3)).isoformat()
    kept = Kept(run="ab12", at=then, device="a processor")
    own, teacher, control = measurement("pruned"), measurement("teacher", kept=kept), measurement("control", kept=kept)
    assert numbers.kept_note([own]) == ""
    assert numbers.kept_note([teacher, control, own]) == (
        "Quality and size are kept for teacher, control from run ab12, 3 min ago, on a processor. "
        "Every latency was timed in this run."
    )
    earlier = kept.model_copy(update={"at": (datetime.now(UTC) - timedelta(minutes=5)).isoformat()})
    assert "teacher, control from run ab12, 3 min" in numbers.kept_note([measurement("teacher", kept=earlier), control])
    other = measurement("control", kept=kept.model_copy(update={"run": "cd34"}), repeat=1)
    assert "teacher, control (repeat 1) from run ab12" in numbers.kept_note([teacher, control, other])
    assert "; control (repeat 2) from run cd34" in numbers.kept_note([teacher, control, other])
    assert "control (repeat 2) from run cd34" in numbers.kept_note([other, teacher, control])  # in any order


def test_from_which_runs_sweeps_were_taken_over() -> None:
    then = (datetime.now(UTC) - timedelta(minutes=3)).isoformat()
    one, other = (Kept(run=run, at=then, device="a processor") for run in ("ab12", "cd34"))
    of_one = "run ab12, 3 min ago, on a processor"
    assert numbers.kept_sweeps([]) == ""
    assert numbers.kept_sweeps([one, one]) == f"Kept from {of_one}: all that decides it was equal."
    assert f"{of_one}; run cd34, 3 min ago" in numbers.kept_sweeps([one, other])
    earlier = one.model_copy(update={"at": (datetime.now(UTC) - timedelta(minutes=5)).isoformat()})
    assert numbers.kept_sweeps([earlier, one]) == numbers.kept_sweeps([one])


def test_how_many_students_an_experiment_took_over() -> None:
    one, other = (Kept(run=run, at="2026-01-01T00:00:00+00:00", device="a processor") for run in ("ab12", "cd34"))
    assert numbers.kept_students([]) == ""
    assert numbers.kept_students([one]).startswith("Kept: 1 trained student from run ab12, where all")
    assert numbers.kept_students([one, other, one]).startswith("Kept: 3 trained students from run ab12, cd34, where")


def test_dates():
    assert numbers.day("2026-05-03T10:00:00+00:00") == "3 May 2026"
    assert numbers.ago(datetime.now(UTC) - timedelta(seconds=30)) == "30 s ago"
    assert numbers.ago(datetime.now(UTC) - timedelta(minutes=20)) == "20 min ago"
    assert numbers.ago(datetime.now(UTC) - timedelta(hours=5)) == "5 h ago"
    assert numbers.ago(datetime(2026, 1, 2, tzinfo=UTC)).endswith("Jan 2026")
    assert numbers.ago(datetime.now(UTC) + timedelta(hours=1)) == "0 s ago"  # the clock was set back


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0496, "p = 0.0496"), (0.0503, "p = 0.0503"), (0.05, "p = 0.050"), (0.048, "p = 0.048"), (0.0009, "p < 0.001")],
)
def test_a_p_value_is_never_rounded_to_the_one_that_decides(p, text):
    assert numbers.p_value(p) == unbroken(text)


def unbroken(text: str) -> str:
    """With blanks at which no line breaks."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def test_verdicts_in_words():
    one = Verdict("within noise", 0.4, (-0.9, 1.8), 450, (Discordant(12, 10, 0.23),))
    assert numbers.verdict(one) == f"within noise (n = 450, {unbroken('p = 0.23')})"
    three = Verdict("better", 2.0, (0.5, 3.4), 450, tuple(Discordant(9, 1, p) for p in (0.0214, 0.0049, 0.00001)))
    assert numbers.verdict(three) == f"better (n = 450, 3 seeds, p of each: 0.021, 0.005, {unbroken('< 0.001')})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (numbers.setting(4.0), "4"),
        (numbers.setting(1 - 0.9), "0.1"),
        (numbers.significant(200 / 3, 7), "66.66667"),
        (numbers.significant(0.125, 4), "0.125"),
        (numbers.decimals(40_000 / 3, 2), "13,333.33"),
        (numbers.reading(0.873333), "0.8733"),
        (numbers.tick(12_500.0), "12,500"),
        (numbers.tick(0.1 + 0.2), "0.3"),
        (numbers.learning_rate(0.0000297), "2.97e-05"),
        (numbers.entropy(2.302585), "2.303"),
        (numbers.nearest_percent(0.7934), "79 %"),
        (numbers.percent_interval(0.8731, 0.9214), "87.3 to 92.1 %"),
        (numbers.unsigned_points(-1.26), "1.3"),
        (numbers.deviation(0.01234), "0.012"),
        (numbers.deviation(123.4), "120"),
        (numbers.deviation(5.0), "5"),
        (numbers.in_megabytes(735_000), "0.735 MB"),
        (numbers.middle_half(99.96, 1234.5), "100 to 1,230 ms"),
    ],
)
def test_each_kind_of_figure_has_its_own_form(text, expected):
    assert text == expected


def test_figures_over_seeds():
    assert numbers.over_seeds([0.8, 0.9], numbers.percent) == "85.0 % \N{PLUS-MINUS SIGN} 7.1 %"
    assert numbers.over_seeds([0.8], numbers.percent) == numbers.over_seeds([0.8, 0.8], numbers.percent) == "80.0 %"


def test_whole_percent_of_what_somebody_chose():
    assert [numbers.whole_percent(f) for f in (0.5, 0.8, 0.125, 0)] == ["50 %", "80 %", "12.5 %", "0 %"]


def test_a_change_without_a_unit_has_no_blank_behind_it():
    assert numbers.signed(-0.8214) == "\N{MINUS SIGN}0.821"


# -- no other module writes numbers by itself

ROOT = Path(__file__).parents[3]
FORMATTER = "simulator/figures/numbers.py"
READ_BY_MACHINES = {
    ("simulator/host/machine.py", ".2f"): "the name of a process, compared with others",
    ("simulator/runs/database/schema.py", ".0f"): "a setting of SQLite",
    ("ui/figures/run/details.py", "02X"): "a colour",
    ("ui/figures/run/shapes.py", ".2f"): "a place in an SVG",
    ("ui/report/svg_marks.py", ".1f"): "a place in an SVG path",
}
"""(module, format) -> what it writes. Each is used once."""

NUMERIC = r"(?:.?[<>=^])?[-+ ]?#?0?\d*(?:[,_](?:\.\d+)?[a-zA-Z%]?|(?:\.(?:\d+|\{\}))?[bcdeEfFgGnoxX%])"
FIELD = re.compile(rf"(?<![%{{])\{{\w*:({NUMERIC})\}}")  # "%{{y:.1f}}" is Plotly's: the browser fills it in
PRINTF = re.compile(r"%[-+#0]*\d*(?:\.\d+)?[dioxXeEfFgG]")
LOGGED = {"debug", "info", "warning", "error", "exception", "critical"}


def formats_of(tree: ast.AST) -> Iterator[str]:
    """The ways in which a module turns numbers into text, other than through the formatter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            if node.format_spec is not None:
                parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
                spec = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
                if spec == "{}" or re.fullmatch(NUMERIC, spec):
                    yield spec
            elif calls(node.value, "round"):
                yield "round"
        elif calls(node, "format"):
            yield "format"
        elif calls(node, "str") and node.args and calls(node.args[0], "round"):
            yield "round"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            yield from PRINTF.findall(text_of(node.left))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGGED:
            yield from (spec for argument in node.args for spec in PRINTF.findall(text_of(argument)))
        elif isinstance(node, ast.Constant):
            yield from FIELD.findall(text_of(node))


def calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def text_of(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.mark.parametrize(
    ("code", "formats"),
    [
        ("f'{value:.2f} {value:,} {value:>8.1%} {value:.{digits}g} {value:g}'", [".2f", ",", ">8.1%", ".{}g", "g"]),
        ("f'{value:{form}}'", ["{}"]),
        ("f'{round(value, 2)}' + str(round(value))", ["round", "round"]),
        ("'{:g} and {value:,}'.format(a, value=b)", ["g", ","]),
        ("map('{:.3g}'.format, values)", [".3g"]),
        ("format(value, '.1f')", ["format"]),
        ("'%.1f of %s' % (value, name)", ["%.1f"]),
        ("log.warning('again in %g s', seconds)", ["%g"]),
        ("f'{name:<12} {name:12} {moment:%d %B %Y} {value} %{{y:.1f}}'", []),
        ("st.slider('Alpha', format='%g')", []),
        ("f'{value:>{width}}'", []),
    ],
)
def test_formats_of_numbers_are_found(code, formats):
    assert sorted(formats_of(ast.parse(code))) == sorted(formats)


def test_every_number_is_written_by_the_one_formatter():
    found = []
    for path in sorted(file for room in ("simulator", "ui") for file in (ROOT / room).rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        if module != FORMATTER:
            found += [(module, spec) for spec in formats_of(ast.parse(path.read_text("utf-8")))]
    assert sorted(found) == sorted(READ_BY_MACHINES), "write it with simulator.figures.numbers"
