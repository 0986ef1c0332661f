"""Showing it: pictures that stand still and pictures that move."""

from optiviz.views.animate import animate, plot
from optiviz.views.panel import Picture

__all__ = ["Picture", "animate", "plot"]
