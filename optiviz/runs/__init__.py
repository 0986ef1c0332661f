"""Doing it: the loop, and the record it leaves."""

from optiviz.runs.descend import descend
from optiviz.runs.gradcheck import GradientCheck, check_gradient, error_curve
from optiviz.runs.loop import Point, steps
from optiviz.runs.races import race
from optiviz.runs.record import Run
from optiviz.runs.train import Checkpoint, Training, train

__all__ = [
    "Checkpoint",
    "GradientCheck",
    "Point",
    "Run",
    "Training",
    "check_gradient",
    "descend",
    "error_curve",
    "race",
    "steps",
    "train",
]
