"""Showing it: pictures that stand still and pictures that move.

Every name is imported when it is first used, so that what is only asked about needs no Matplotlib.
"""

from typing import TYPE_CHECKING

from optiviz.named import lazily

if TYPE_CHECKING:
    from optiviz.views.picture import Picture, animate, plot
    from optiviz.views.scene.notes import Note

_HOMES = {
    "Note": "optiviz.views.scene.notes:Note",
    "Picture": "optiviz.views.picture:Picture",
    "animate": "optiviz.views.picture:animate",
    "plot": "optiviz.views.picture:plot",
}

__all__ = ["Note", "Picture", "animate", "plot"]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
