"""What to minimise: surfaces of two parameters, small problems with data, and networks."""

from optiviz.problems.base import Plane, Problem
from optiviz.problems.data.dataset import Dataset
from optiviz.problems.data.datasets import DATASETS, load
from optiviz.problems.network.mlp import MLP
from optiviz.problems.planes.expressions import expression
from optiviz.problems.planes.function import surface
from optiviz.problems.planes.rare import rare
from optiviz.problems.planes.regression import Samples, logistic, regression, valleys
from optiviz.problems.planes.river import river
from optiviz.problems.planes.surfaces import SURFACES, Surface, valley
from optiviz.problems.registry import PROBLEMS, as_problem, parse_problem

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
    "as_problem",
    "expression",
    "load",
    "logistic",
    "parse_problem",
    "rare",
    "regression",
    "river",
    "surface",
    "valley",
    "valleys",
]
