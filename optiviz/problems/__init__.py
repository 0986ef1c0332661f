"""What to minimise: surfaces of two parameters, small problems with data, and networks."""

from optiviz.problems.base import Plane, Problem
from optiviz.problems.datasets import DATASETS, Dataset, load
from optiviz.problems.expressions import expression
from optiviz.problems.functions import surface
from optiviz.problems.mlp import MLP
from optiviz.problems.registry import PROBLEMS, parse_problem
from optiviz.problems.regression import Samples, logistic, regression, valleys
from optiviz.problems.surfaces import SURFACES, Surface, valley

__all__ = [
    "DATASETS",
    "MLP",
    "PROBLEMS",
    "SURFACES",
    "Dataset",
    "Plane",
    "Problem",
    "Samples",
    "Surface",
    "expression",
    "load",
    "logistic",
    "parse_problem",
    "regression",
    "surface",
    "valley",
    "valleys",
]
