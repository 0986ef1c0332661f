"""One network trained: what decides it, the loop, what became of it, and where it is kept."""

from optiviz.training.curvature import Curvature, curvature
from optiviz.training.gradcheck import GradientCheck, check_gradient, error_curve
from optiviz.training.layers import Layers
from optiviz.training.train import Checkpoint, Training, train
from optiviz.training.twin import Twins
from optiviz.training.twinning import twins

__all__ = [
    "Checkpoint",
    "Curvature",
    "GradientCheck",
    "Layers",
    "Training",
    "Twins",
    "check_gradient",
    "curvature",
    "error_curve",
    "train",
    "twins",
]
