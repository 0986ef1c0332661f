"""What to minimise: surfaces of two parameters, and small problems with data."""

from optiviz.problems.base import Plane, Problem
from optiviz.problems.registry import PROBLEMS, parse_problem
from optiviz.problems.regression import Samples, logistic, regression, valleys
from optiviz.problems.surfaces import SURFACES, Surface, valley

__all__ = [
    "PROBLEMS",
    "SURFACES",
    "Plane",
    "Problem",
    "Samples",
    "Surface",
    "logistic",
    "parse_problem",
    "regression",
    "valley",
    "valleys",
]
