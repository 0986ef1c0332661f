"""Showing it: pictures that stand still and pictures that move."""

from optiviz.views.picture import Picture, animate, plot
from optiviz.views.scene.notes import Note

__all__ = ["Note", "Picture", "animate", "plot"]
