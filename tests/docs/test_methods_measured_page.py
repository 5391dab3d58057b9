"""The page of measured methods is what the stored students give."""

from benchmarks.converged_cells import load
from benchmarks.converged_page import PAGE, page


def test_the_committed_page_is_what_the_stored_students_give():
    assert PAGE.read_text(encoding="utf-8") == page(load()), "run: python -m benchmarks.converged_page"
