"""Many runs at once: maps of settings and of starts, and what theory says beforehand.

>>> from optiviz import maps
>>> maps.basin_map("himmelblau", "sgd", points=2).index.tolist()
[[2, 3], [1, 0]]
"""

from optiviz.maps.basins import BasinMap, basin_map
from optiviz.maps.rates import RateMap, rate_map
from optiviz.maps.sensitivity import Sensitivity, sensitivity
from optiviz.maps.theory import Theory, theory

__all__ = [
    "BasinMap",
    "RateMap",
    "Sensitivity",
    "Theory",
    "basin_map",
    "rate_map",
    "sensitivity",
    "theory",
]
