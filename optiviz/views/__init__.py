"""Showing it: pictures that stand still and pictures that move."""

from optiviz.views.files.animate import animate, plot
from optiviz.views.scene.panel import Picture

__all__ = ["Picture", "animate", "plot"]
