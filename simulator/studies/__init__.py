"""Studies: questions that one run cannot answer. A worker trains or prunes many students and fills a table.

Torch-free. To add one: an entry here (words, settings, ``conclude``), listed in ``catalog.py``, and a file of the
same name in ``simulator/engine/studies`` with a generator ``cells``.
"""

from simulator.studies.base import Study
from simulator.studies.catalog import STUDIES
from simulator.studies.config import Axis, StudyConfig, make_study

__all__ = ["STUDIES", "Axis", "Study", "StudyConfig", "make_study"]
