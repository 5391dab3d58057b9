"""The questions on everything that the app teaches, by topic. Numbers are computed here, never typed."""

from __future__ import annotations

from simulator.teaching.quiz import distilling, measuring, pruning
from simulator.teaching.quiz.question import Question

QUESTIONS: tuple[Question, ...] = (*distilling.QUESTIONS, *pruning.QUESTIONS, *measuring.QUESTIONS)
