"""Showing it: pictures that stand still and pictures that move."""

from optiviz.views.picture import Picture, animate, plot

__all__ = ["Picture", "animate", "plot"]
