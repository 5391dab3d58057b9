"""A report as a browser would read it, and a run to report on."""

from __future__ import annotations

from html.parser import HTMLParser

from simulator.config.run import RunConfig, make_config
from simulator.runs.database.store import Store
from tests.ui.invented import whole_run


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
