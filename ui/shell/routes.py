"""Every page of the app, once: the source of all paths in navigation and links. ``simulator`` uses only names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """A page: its name, which is also its address, and what the navigation shows."""

    name: str
    title: str
    icon: str

    @property
    def path(self) -> str:
        """The path of the page's script, as Streamlit expects it."""
        return f"pages/{self.name}.py"


HOME = Route("home", "Home", ":material/home:")
GUIDED_LABS = Route("guided_labs", "Guided labs", ":material/school:")
MODELS = Route("models", "Models", ":material/schema:")
LAB = Route("lab", "Lab", ":material/science:")
EXPERIMENTS = Route("experiments", "Experiments", ":material/biotech:")
OWN_DATA = Route("own_data", "Your data", ":material/upload_file:")
RESULTS = Route("results", "Results", ":material/table_chart:")
RUNS = Route("runs", "Runs", ":material/list:")
COMPARE = Route("compare", "Compare", ":material/compare_arrows:")
QUIZ = Route("quiz", "Quiz", ":material/quiz:")

# In the order of the navigation.
MAIN = (HOME, GUIDED_LABS, MODELS, LAB, EXPERIMENTS, OWN_DATA, RESULTS, RUNS, COMPARE, QUIZ)
LEARN = (
    Route("learn_soft_targets", "Soft targets", ":material/thermostat:"),
    Route("learn_loss", "The loss", ":material/functions:"),
    Route("learn_masks", "Masks", ":material/grid_on:"),
    Route("learn_zeros", "What zeros cost", ":material/exposure_zero:"),
    Route("learn_inside", "Inside the network", ":material/account_tree:"),
    Route("learn_answers", "What changed", ":material/compare:"),
)
ROUTES = {route.name: route for route in (*MAIN, *LEARN)}
