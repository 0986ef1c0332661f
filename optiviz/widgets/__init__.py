"""Pages that answer: the player in a notebook, and the labs.

They need the extra `apps`, so nothing here is imported before it is used.
"""

from optiviz.widgets.play import play

__all__ = ["play"]
