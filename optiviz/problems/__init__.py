"""What to minimise: surfaces of two parameters, small problems with data, and networks.

Every name is imported when it is first used, so that a surface needs no networks and no data sets.
"""

from typing import TYPE_CHECKING

from optiviz.named import lazily

if TYPE_CHECKING:
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

_HOMES = {
    "DATASETS": "optiviz.problems.data.datasets:DATASETS",
    "MLP": "optiviz.problems.network.mlp:MLP",
    "PROBLEMS": "optiviz.problems.registry:PROBLEMS",
    "SURFACES": "optiviz.problems.planes.surfaces:SURFACES",
    "Dataset": "optiviz.problems.data.dataset:Dataset",
    "Plane": "optiviz.problems.base:Plane",
    "Problem": "optiviz.problems.base:Problem",
    "Samples": "optiviz.problems.planes.regression:Samples",
    "Surface": "optiviz.problems.planes.surfaces:Surface",
    "as_problem": "optiviz.problems.registry:as_problem",
    "expression": "optiviz.problems.planes.expressions:expression",
    "load": "optiviz.problems.data.datasets:load",
    "logistic": "optiviz.problems.planes.regression:logistic",
    "parse_problem": "optiviz.problems.registry:parse_problem",
    "rare": "optiviz.problems.planes.rare:rare",
    "regression": "optiviz.problems.planes.regression:regression",
    "river": "optiviz.problems.planes.river:river",
    "surface": "optiviz.problems.planes.function:surface",
    "valley": "optiviz.problems.planes.surfaces:valley",
    "valleys": "optiviz.problems.planes.regression:valleys",
}

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

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
