"""Six guided labs: a question, a prediction, a run, the measured answer, two questions on it, a takeaway. No torch."""

from simulator.teaching.labs.base import Answer, Lab, Prediction
from simulator.teaching.labs.catalog import LABS
from simulator.teaching.labs.evidence import Evidence, Seen, evidence

__all__ = ["LABS", "Answer", "Evidence", "Lab", "Prediction", "Seen", "evidence"]
