"""What to minimise: surfaces of two parameters."""

from optiviz.problems.base import Plane, Problem
from optiviz.problems.surfaces import SURFACES, Surface, parse_surface, valley

__all__ = ["SURFACES", "Plane", "Problem", "Surface", "parse_surface", "valley"]
