"""Every page of the app, once: the source of all paths in navigation and links. ``simulator`` uses only names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """A page: its name, which is also its address, and what links to it show."""

    name: str
    title: str
    icon: str

    @property
    def path(self) -> str:
        """The path of the page's script, as Streamlit expects it."""
        return f"pages/{self.name}.py"


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation: a page, or pages that belong together and link to one another as tabs.

    Attributes:
        tabs: The entry leads to the first one.
    """

    title: str
    icon: str
    tabs: tuple[Route, ...]


HOME = Route("home", "Home", ":material/home:")
LAB = Route("lab", "Lab", ":material/science:")
RESULTS = Route("results", "Results", ":material/table_chart:")
RUNS = Route("runs", "Runs", ":material/list:")
COMPARE = Route("compare", "Compare", ":material/compare_arrows:")
EXPERIMENTS = Route("experiments", "Experiments", ":material/biotech:")
MODELS = Route("models", "Models", ":material/schema:")
OWN_DATA = Route("own_data", "Your data", ":material/upload_file:")
LESSONS = (
    Route("learn_soft_targets", "Soft targets", ":material/thermostat:"),
    Route("learn_loss", "The loss", ":material/functions:"),
    Route("learn_masks", "Masks", ":material/grid_on:"),
    Route("learn_zeros", "What zeros cost", ":material/exposure_zero:"),
    Route("learn_inside", "Inside the network", ":material/account_tree:"),
    Route("learn_answers", "What changed", ":material/compare:"),
)
GUIDED_LABS = Route("guided_labs", "Guided labs", ":material/school:")
QUIZ = Route("quiz", "Quiz", ":material/quiz:")


def alone(page: Route) -> Entry:
    """Return the entry of a page without tabs."""
    return Entry(page.title, page.icon, (page,))


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Start": (alone(HOME), alone(LAB)),
    "Do": (
        Entry("Results", RESULTS.icon, (RESULTS, RUNS, COMPARE)),
        alone(EXPERIMENTS),
        Entry("Models and data", MODELS.icon, (MODELS, OWN_DATA)),
    ),
    "Learn": (Entry("Lessons", ":material/menu_book:", LESSONS), alone(GUIDED_LABS), alone(QUIZ)),
}
"""The navigation: its sections with their entries, in their order."""

ENTRY_OF = {page: entry for entries in SECTIONS.values() for entry in entries for page in entry.tabs}
ROUTES = {page.name: page for page in ENTRY_OF}


def at(address: str) -> Route:
    """Return the page at the path of an address; the first page has none."""
    return ROUTES.get(address, HOME)
