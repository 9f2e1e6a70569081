"""Runs that were tracked, read without MLflow: its import takes four seconds and 300 MB that no page has.

history = open_history()
for run in history.runs():
    print(run.name, run.accuracy)
"""

from training.history.course import Course, Curves
from training.history.opening import open_history
from training.history.run import History, HistoryError, Run

__all__ = ["Course", "Curves", "History", "HistoryError", "Run", "open_history"]
