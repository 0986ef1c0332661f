"""The runs of a lab: those that are listed, and the last ones that were removed."""

from __future__ import annotations

from typing import Any

from optiviz.labs.mnist.race import UNDER_WAY, Lane

RUNS = 40  # kept, each with its weights


class Runs:
    """The list of runs, the newest race first; what was removed can be had back.

    Attributes:
        lanes: the runs in the order of the table.
        shown: the number of the one that is looked at.
    """

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.shown: int | None = None
        self._removed: list[Lane] = []  # the last of them at the end
        self._order: list[int] = []  # of all numbers there have been

    def room(self, more: int = 1) -> bool:
        """Whether there is room for so many more."""
        return len(self.lanes) + more <= RUNS

    def find(self, key: Any) -> Lane | None:
        """The run of a number."""
        return next((lane for lane in self.lanes if lane.key == key), None)

    def find_all(self, keys: Any) -> list[Lane]:
        """The runs of some numbers, or of one, each once, in their order."""
        wanted = keys if isinstance(keys, list) else [keys]
        return list(dict.fromkeys(filter(None, map(self.find, wanted))))

    def add(self, lanes: list[Lane]) -> list[Lane]:
        """Put new runs before all others, and give them numbers."""
        last = max(self._order, default=0)
        for key, lane in enumerate(lanes, last + 1):
            lane.key = key
        self.lanes = lanes + self.lanes
        self._order = [lane.key for lane in lanes] + self._order
        self._forget()
        return lanes

    def remove(self, keys: Any) -> list[Lane]:
        """Take runs away that are not under way; tells which."""
        gone = [lane for lane in self.find_all(keys) if lane.phase not in UNDER_WAY]
        self.lanes = [lane for lane in self.lanes if lane not in gone]
        self._removed += gone
        self._forget()
        self._look()
        return gone

    def restore(self, keys: Any) -> list[Lane]:
        """Put runs back that were removed, where they were; tells which."""
        wanted = keys if isinstance(keys, list) else [keys]
        back = [lane for lane in self._removed if lane.key in wanted]
        self._removed = [lane for lane in self._removed if lane not in back]
        self.lanes = sorted([*self.lanes, *back], key=lambda lane: self._order.index(lane.key))
        self._look()
        return back

    def _forget(self) -> None:
        """Of those that were removed, as many stay as there would be room for."""
        many = len(self.lanes) + len(self._removed) - RUNS
        self._removed = self._removed[max(many, 0) :]

    def _look(self) -> None:
        if self.find(self.shown) is None:
            self.shown = self.lanes[0].key if self.lanes else None
