"""One network trained: what decides it, the loop, what became of it, and where it is kept."""

from optiviz.training.gradcheck import GradientCheck, check_gradient, error_curve
from optiviz.training.train import Checkpoint, Training, train

__all__ = [
    "Checkpoint",
    "GradientCheck",
    "Training",
    "check_gradient",
    "error_curve",
    "train",
]
