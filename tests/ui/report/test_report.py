"""The report holds the stored numbers, loads nothing, and treats users' notes as text."""

from __future__ import annotations

import html
import re
import shlex
from html.parser import HTMLParser

import pytest

from simulator.cli.main import make_parser
from simulator.config.run import RunConfig, make_config
from simulator.errors import NotAllowed, RunNotFound
from simulator.events import CellFinished, Comparison, Concluded, Conclusion, Described, RunFinished
from simulator.experiments import make_experiment
from simulator.figures import numbers
from simulator.figures.statistics import verdict
from simulator.runs import archive, notes, recorded
from simulator.runs.database.store import Store
from tests.ui.invented import PROVENANCE, whole_run
from ui import report
from ui.figures import columns
from ui.following.story import tell
from ui.report import common, page
from ui.report.run import question
from ui.shell.plain import literal

SHIPPED = [r.run.id for r in recorded.all_recorded()]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\n</textarea>&amp; **bold** `code`"


class Loads(HTMLParser):
    """List everything in a page that would fetch or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name in ("src", "href", "srcset", "data", "action", "poster") or name.startswith("on"):
                self.found.append(f"{tag} {name}={value}")


def loads(text: str) -> Loads:
    parser = Loads()
    parser.feed(text)
    return parser


def stored(store: Store, run_id: str = "r1", config: RunConfig | None = None) -> str:
    store.add(run_id, config or make_config({}), None)
    store.start(run_id, "1@0.0")
    store.append(run_id, list(whole_run()))
    store.finish(run_id, "finished")
    return run_id


@pytest.mark.parametrize("run_id", SHIPPED)
def test_every_number_of_the_table_is_the_one_that_is_stored(run_id: str) -> None:
    text = report.html(run_id)
    cells = [html.unescape(cell).removeprefix("\N{BLACK STAR} ") for cell in re.findall(r"<td[^>]*>([^<]*)</td>", text)]
    for m in archive.measurements(run_id):
        shown = [c.show([m]) for part in (columns.QUALITY, columns.COST, columns.SPEED) for c in part.values()]
        assert any(cells[i : i + len(columns.QUALITY)] == shown[: len(columns.QUALITY)] for i in range(len(cells)))
        assert set(shown) <= set(cells)
        assert numbers.percent(m.accuracy) in text


@pytest.mark.parametrize("run_id", SHIPPED)
def test_it_says_the_same_verdicts_as_the_results_page(run_id: str) -> None:
    story = tell(archive.events(run_id))
    by_name = {m.name: [m] for m in story.measurements}
    judged = verdict(by_name["distilled"], by_name["control"], story.labels)
    assert judged is not None
    assert html.escape(numbers.verdict(judged)) in report.html(run_id)


@pytest.mark.parametrize("run_id", SHIPPED)
def test_it_loads_nothing_runs_nothing_and_is_small(run_id: str) -> None:
    text = report.html(run_id)
    found = loads(text)
    assert found.found == []
    assert not found.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert "url(http" not in text and "@import" not in text
    assert len(text) < 200_000
    assert {"svg", "table", "main", "h1"} <= found.tags


def test_what_the_student_wrote_is_text(store: Store) -> None:
    stored(store)
    notes.write_note("r1", EVIL)
    text = report.html("r1")
    shown = re.search(r'<div class="note">(.*?)</div>', text, re.DOTALL)
    assert shown is not None and html.unescape(shown[1]) == EVIL
    assert loads(text).found == []
    assert not loads(text).tags & {"script", "img"}


def test_names_of_classes_and_data_are_text(store: Store) -> None:
    store.add("r1", make_config({}), None)
    store.start("r1", "1@0.0")
    evil = PROVENANCE.model_copy(update={"device": EVIL, "notice": EVIL, "data": EVIL})
    for event in whole_run():
        if isinstance(event, Described):
            event = event.model_copy(update={"class_names": (EVIL, "</svg><b>"), "provenance": evil})
        store.append("r1", [event])
    store.finish("r1", "finished")
    found = loads(report.html("r1"))
    assert found.found == []
    assert not found.tags & {"script", "img", "textarea", "b"}


def test_notes_stand_in_it_only_where_there_are_any(store: Store) -> None:
    stored(store)
    assert 'id="notes"' not in report.html("r1")
    notes.write_note("r1", "I expected more.")
    assert "I expected more." in report.html("r1")


def test_a_run_without_figures_has_no_report(store: Store) -> None:
    store.add("r1", make_config({}), None)
    with pytest.raises(NotAllowed, match="measured nothing"):
        report.html("r1")
    with pytest.raises(RunNotFound):
        report.html("nowhere")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"temperature": 2.5, "also_prune": ("norms", "biases"), "recovery_with_teacher": False, "repeats": 2},
        {"model": "distilbert", "pruning": "structured", "target_sparsity": 0.3, "scope": "layer_wise"},
        {"model": "t5_small", "method": "label_smoothing", "student_size": 2, "weights": "scratch"},
        {"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5, layer1.0.conv1.weight=0.25"},
    ],
)
def test_the_command_in_it_asks_for_the_same_run(values: dict[str, object]) -> None:
    config = make_config(values)
    options = vars(make_parser().parse_args(["run", *shlex.split(common.flags(config))]))
    assert make_config({name: value for name, value in options.items() if name in RunConfig.model_fields}) == config


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"epochs": 1}, "width 0.5) learn from its teacher"),
        ({"method": "label_smoothing"}, "What do smoothed labels teach a smaller ResNet-18"),
        ({"model": "distilbert", "student_size": 1}, "(1 layer)"),
        ({"target_sparsity": 0.0}, "1,077 examples, 5 epochs)?"),
        ({"pruning": "structured"}, "50 %) and 2 epochs of recovery?"),
        ({"recovery_epochs": 0}, "(single weights, 50 %)?"),
    ],
)
def test_the_question_is_that_of_the_settings(values: dict[str, object], expected: str) -> None:
    assert expected in question(make_config(values))


def test_the_report_of_an_experiment_holds_its_cells_and_its_conclusion(store: Store) -> None:
    config = make_experiment("few_labels")
    store.add("s1", config, None)
    store.start("s1", "1@0.0")
    cells = [
        CellFinished(at={"labels": n, "student": s}, seed=0, values={"accuracy": a})
        for n, s, a in ((16, "control", 0.412), (16, "distilled", 0.634))
    ]
    compared = Comparison(name="16 labels", mean=0.222, deviation=0.05, interval=(0.1, 0.3), p=0.004, n=3)
    conclusion = Conclusion(sentences=("The teacher <i>helped</i>.",), answer="", shown=True, comparisons=(compared,))
    described = Described(provenance=PROVENANCE, class_names=("a", "b"))
    store.append("s1", [described, *cells, Concluded(conclusion=conclusion), RunFinished(seconds=1, peak_memory_mb=1)])
    store.finish("s1", "finished")
    notes.write_note("s1", "Few labels, much teacher.")
    text = report.html("s1")
    for piece in (
        "41.2 %",
        "63.4 %",
        "The teacher &lt;i&gt;helped&lt;/i&gt;.",
        "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.004",
        "Few labels, much teacher.",
    ):
        assert piece in text
    assert html.escape(config.entry.question) in text
    assert loads(text).found == []


@pytest.mark.parametrize("text", ["torchvision/mobilenet_v2 of #1", "1. a *star* [and](more)", "<b> & $x$"])
def test_what_is_escaped_as_markdown_stands_in_the_report_as_it_is(text: str) -> None:
    assert str(page.marked(literal(text))) == html.escape(text)
